/**
 * How many pixels are above a threshold: only those of open units are looked at.
 *
 * @module
 */

import { blendKnots } from './blend-knots.js';
import { LOW_BITS, MARGIN } from './classify-cells.js';
import type { MaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';
import { countAboveOnPiece } from './straight-piece.js';

/**
 * Counts the pixels above a threshold in the units that a column leaves open for it.
 *
 * @param index - Which threshold of the classification `threshold` is.
 * @param unit - Column of units.
 */
export function countOpenPixelsAbove(
  logits: Float32Array,
  offset: number,
  storedHigh: number,
  plan: ResizePlan,
  scratch: MaskScratch,
  index: number,
  threshold: number,
  unit: number,
): number {
  const { unitWords, words, knotStart, knotMiddle, knotEnd } = scratch;
  const { unitStart, insideStart } = plan.x;
  const rows = plan.y.units;
  const column = unit * words;
  const endWord = scratch.endWord[unit];
  const mask = LOW_BITS << (2 * index);
  const corner = unitStart[unit];
  const inside = insideStart[unit];
  const end = unitStart[unit + 1];
  const fraction = plan.x.fraction;
  let count = 0;
  let first = -1;
  for (let word = scratch.firstWord[unit]; word <= endWord; word++) {
    let open = 0;
    if (word < endWord) {
      const bits = unitWords[column + word];
      open = bits & (bits >>> 1) & mask;
      if (open === 0 && first < 0) continue;
      if (open === mask && first >= 0) continue;
    }
    // a stretch of open units ends at the first unit that is decided, or past the last word
    for (let row = word * 4, rowEnd = row + 4, bits = open >>> (2 * index); row < rowEnd; row++, bits >>>= 8) {
      if ((bits & 1) !== 0) {
        if (first < 0) first = row;
      } else if (first >= 0) {
        const stop = Math.min(row, rows);
        if (first < stop) {
          blendKnots(logits, offset, storedHigh, plan, scratch, unit, first, stop);
          for (let x = corner; x < inside; x++) {
            count += countColumn(plan, threshold, knotStart, knotMiddle, fraction[x], first, stop);
          }
          for (let x = inside; x < end; x++) {
            count += countColumn(plan, threshold, knotMiddle, knotEnd, fraction[x], first, stop);
          }
        }
        first = -1;
      }
    }
  }
  return count;
}

/** Counts in one image column, over a stretch of units. */
function countColumn(
  plan: ResizePlan,
  threshold: number,
  knotsFrom: Float64Array,
  knotsTo: Float64Array,
  along: number,
  firstUnit: number,
  endUnit: number,
): number {
  const { unitStart, insideStart, fraction, outputsPerCorner, outputsPerInside } = plan.y;
  const near = plan.kink;
  const far = 1 - near;
  const surelyAbove = threshold + MARGIN;
  const surelyBelow = threshold - MARGIN;
  let count = 0;
  let a = knotsFrom[firstUnit] + along * (knotsTo[firstUnit] - knotsFrom[firstUnit]);
  let b = knotsFrom[firstUnit + 1] + along * (knotsTo[firstUnit + 1] - knotsFrom[firstUnit + 1]);
  for (let unit = firstUnit; unit < endUnit; unit++) {
    const c = knotsFrom[unit + 2] + along * (knotsTo[unit + 2] - knotsFrom[unit + 2]);
    if (a > surelyAbove && b > surelyAbove && c > surelyAbove) {
      count += unitStart[unit + 1] - unitStart[unit];
    } else if (a > surelyBelow || b > surelyBelow || c > surelyBelow) {
      const p = a + far * (b - a);
      const q = b + near * (c - b);
      const r = b + far * (c - b);
      const middle = insideStart[unit];
      count +=
        countAboveOnPiece(p, q, threshold, fraction, unitStart[unit], middle, outputsPerCorner) +
        countAboveOnPiece(q, r, threshold, fraction, middle, unitStart[unit + 1], outputsPerInside);
    }
    a = b;
    b = c;
  }
  return count;
}
