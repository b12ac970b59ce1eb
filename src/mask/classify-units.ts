/**
 * From classes of cells to classes of units, and to bounds of the pixels above a threshold before any is computed.
 *
 * @module
 */

import { ALL_ABOVE, ALL_BELOW, LOW_BITS } from './classify-cells.js';
import type { MaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';

/** Pixels above the upper and the lower threshold: those sure to be, and those that could be. */
export interface PixelBounds {
  surelyUpper: number;
  openUpper: number;
  surelyLower: number;
  openLower: number;
}

/**
 * Classifies units: what holds for all cells of a 3x3 neighbourhood holds for all pixels of the unit in its middle.
 * Fills `unitWords`, `openBits`, `openPixels`, `firstWord` and `endWord` of the scratch.
 *
 * @param bounds - Receives the bounds that follow.
 */
export function classifyUnits(plan: ResizePlan, scratch: MaskScratch, bounds: PixelBounds): void {
  const { words, cellWords, unitWords, openBits, firstWord, endWord, rowsInUnit, rowsInWord, openPixels } = scratch;
  const { units, unitStart } = plan.x;
  const lastCell = plan.cellsWide - 1;
  let surelyUpper = 0;
  let openUpper = 0;
  let surelyLower = 0;
  let openLower = 0;

  for (let unit = 0; unit < units; unit++) {
    const columns = unitStart[unit + 1] - unitStart[unit];
    openBits[unit] = 0;
    firstWord[unit] = words;
    endWord[unit] = 0;
    openPixels[unit] = 0;
    openPixels[units + unit] = 0;
    // when the picture is smaller than the grid, some units hold no pixels
    if (columns === 0) continue;

    const middle = unit * words;
    const left = unit > 0 ? middle - words : middle;
    const right = unit < lastCell ? middle + words : middle;
    let open = 0;
    let first = words;
    let end = 0;
    let rowsUpper = 0;
    let rowsOpenUpper = 0;
    let rowsLower = 0;
    let rowsOpenLower = 0;
    let before = 0;
    let here = cellWords[left] | cellWords[middle] | cellWords[right];
    for (let word = 0; word < words; word++) {
      let after = 0;
      if (word + 1 < words) {
        after = cellWords[left + word + 1] | cellWords[middle + word + 1] | cellWords[right + word + 1];
      }
      // each byte joins its upper and its lower neighbour; the first row's byte is the lowest
      const all = here | (here << 8) | (before >>> 24) | (here >>> 8) | (after << 24);
      before = here;
      here = after;
      unitWords[middle + word] = all;
      if (all === ALL_BELOW) continue;
      if (first === words) first = word;
      end = word + 1;
      if (all === ALL_ABOVE) {
        rowsUpper += rowsInWord[word];
        rowsLower += rowsInWord[word];
        continue;
      }
      open |= all & (all >>> 1);
      for (let row = word * 4, bits = all, rowEnd = row + 4; row < rowEnd; row++, bits >>>= 8) {
        const rows = rowsInUnit[row];
        if ((bits & 2) !== 0) {
          if ((bits & 1) !== 0) rowsOpenUpper += rows;
          else rowsUpper += rows;
        }
        if ((bits & 8) !== 0) {
          if ((bits & 4) !== 0) rowsOpenLower += rows;
          else rowsLower += rows;
        }
      }
    }
    openBits[unit] = open & (LOW_BITS * 0x15);
    firstWord[unit] = first;
    endWord[unit] = end;
    openPixels[unit] = rowsOpenUpper * columns;
    openPixels[units + unit] = rowsOpenLower * columns;
    surelyUpper += rowsUpper * columns;
    openUpper += rowsOpenUpper * columns;
    surelyLower += rowsLower * columns;
    openLower += rowsOpenLower * columns;
  }
  bounds.surelyUpper = surelyUpper;
  bounds.openUpper = openUpper;
  bounds.surelyLower = surelyLower;
  bounds.openLower = openLower;
}
