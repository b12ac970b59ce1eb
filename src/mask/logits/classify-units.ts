/**
 * From classes of cells to classes of units, and to bounds of the pixels above a threshold before any is computed.
 *
 * @module
 */

import { ALL_ABOVE, ALL_BELOW } from './classify-cells.js';
import type { MaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';

/**
 * Classifies units: what holds for all cells of a 3x3 neighbourhood holds for all pixels of the unit in its middle.
 * Fills `unitWords`, `openPixels`, `bounds`, `firstWord` and `endWord` of the scratch.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one pass with ten counters, which parts would have to hand around
export function classifyUnits(plan: ResizePlan, scratch: MaskScratch): void {
  const { words, cellWords, unitWords, firstWord, endWord, rowsInUnit, openPixels, bounds } = scratch;
  const { units, unitStart } = plan.x;
  const lastCell = plan.cellsWide - 1;
  let surelyUpper = 0;
  let openUpper = 0;
  let surelyLower = 0;
  let openLower = 0;

  for (let unit = 0; unit < units; unit++) {
    const columns = unitStart[unit + 1] - unitStart[unit];
    firstWord[unit] = words;
    endWord[unit] = 0;
    openPixels[unit] = 0;
    openPixels[units + unit] = 0;
    // when the image is smaller than the grid, some units hold no pixels
    if (columns === 0) continue;

    const middle = unit * words;
    const left = unit > 0 ? middle - words : middle;
    const right = unit < lastCell ? middle + words : middle;
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
        const rows =
          rowsInUnit[4 * word] + rowsInUnit[4 * word + 1] + rowsInUnit[4 * word + 2] + rowsInUnit[4 * word + 3];
        rowsUpper += rows;
        rowsLower += rows;
        continue;
      }
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
    firstWord[unit] = first;
    endWord[unit] = end;
    openPixels[unit] = rowsOpenUpper * columns;
    openPixels[units + unit] = rowsOpenLower * columns;
    surelyUpper += rowsUpper * columns;
    openUpper += rowsOpenUpper * columns;
    surelyLower += rowsLower * columns;
    openLower += rowsOpenLower * columns;
  }
  bounds[0] = surelyUpper;
  bounds[1] = openUpper;
  bounds[2] = surelyLower;
  bounds[3] = openLower;
}
