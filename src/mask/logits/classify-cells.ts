/**
 * The side of every threshold that a cell, and then a 3x3 neighbourhood, lies on: one byte each, four to a word.
 *
 * @module
 */

import type { ResizePlan } from './resize-plan.js';

/**
 * Thresholds that one classification serves, by their index: 0 the stability score's upper, 1 its lower, 2 the mask's.
 * Two bits of a byte belong to each: bit 2i says "something here is not surely above", bit 2i + 1 "not surely below".
 */
export const UPPER = 0;
export const LOWER = 1;
export const MASK = 2;

/** The two bits of threshold 0 in each byte of a word; shift left by 2i for threshold i. */
export const LOW_BITS = 0x01010101;
/** Every byte above all thresholds. */
export const ALL_ABOVE = 0x2a2a2a2a;
/** Every byte below all thresholds. */
export const ALL_BELOW = 0x15151515;

/**
 * How far from a threshold a logit must be to decide pixels without computing them. A pixel is four blends of its cells,
 * each a rounding or two away from the exact one, so for logits up to 1e8 a computed pixel can leave the range of its
 * cells by less than this. (SAM's logits stay within a few hundred.)
 */
export const MARGIN = 1e-6;

/** Words that hold a column of `cells` bytes, in whole vectors of 16 bytes. */
export function wordsPerColumn(cells: number): number {
  return ((cells + 15) >>> 4) << 2;
}

/**
 * Classifies the cells of a mask.
 *
 * @param logits - Column-major masks.
 * @param offset - Where this mask starts in `logits`.
 * @param storedHigh - Rows stored per column, at least `plan.cellsHigh`.
 * @param thresholds - The three thresholds, in the order of {@link UPPER}, {@link LOWER}, {@link MASK}.
 * @param cellWords - [cellsWide * wordsPerColumn(cellsHigh)] receives the bytes; those past the last row are 0.
 */
export function classifyCells(
  logits: Float32Array,
  offset: number,
  storedHigh: number,
  plan: ResizePlan,
  thresholds: Float64Array,
  cellWords: Uint32Array,
): void {
  const { cellsWide, cellsHigh } = plan;
  const words = wordsPerColumn(cellsHigh);
  const fullWords = cellsHigh >>> 2;
  const above = Math.max(thresholds[0], thresholds[1], thresholds[2]) + MARGIN;
  const below = Math.min(thresholds[0], thresholds[1], thresholds[2]) - MARGIN;

  for (let x = 0; x < cellsWide; x++) {
    const column = x * words;
    let i = offset + x * storedHigh;
    // most cells are far from every threshold, and so are their neighbours: four comparisons that all go the same way
    for (let word = 0; word < fullWords; word++, i += 4) {
      const a = logits[i];
      const b = logits[i + 1];
      const c = logits[i + 2];
      const d = logits[i + 3];
      if (a <= below && b <= below && c <= below && d <= below) {
        cellWords[column + word] = ALL_BELOW;
      } else if (a > above && b > above && c > above && d > above) {
        cellWords[column + word] = ALL_ABOVE;
      } else {
        cellWords[column + word] =
          classOf(a, thresholds) |
          (classOf(b, thresholds) << 8) |
          (classOf(c, thresholds) << 16) |
          (classOf(d, thresholds) << 24);
      }
    }
    // the words past the last row stay 0, as they were allocated
    if (fullWords < words) {
      let last = 0;
      for (let row = fullWords * 4, shift = 0; row < cellsHigh; row++, shift += 8, i++) {
        last |= classOf(logits[i], thresholds) << shift;
      }
      cellWords[column + fullWords] = last;
    }
  }
}

function classOf(logit: number, thresholds: Float64Array): number {
  const upper = thresholds[UPPER];
  const lower = thresholds[LOWER];
  const mask = thresholds[MASK];
  return (
    (logit > upper + MARGIN ? 0 : 1) |
    (logit > upper - MARGIN ? 2 : 0) |
    (logit > lower + MARGIN ? 0 : 4) |
    (logit > lower - MARGIN ? 8 : 0) |
    (logit > mask + MARGIN ? 0 : 16) |
    (logit > mask - MARGIN ? 32 : 0)
  );
}
