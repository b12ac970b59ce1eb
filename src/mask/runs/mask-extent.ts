/**
 * Area and box of a mask, from its runs.
 *
 * @module
 */

import type { MaskRuns } from './mask-runs.js';

/** [left, top, right, bottom] of the outermost foreground pixels, all four inclusive. */
export type BoxXyxyInclusive = [left: number, top: number, right: number, bottom: number];

/** Number of foreground pixels. */
export function areaOfMaskRuns(mask: MaskRuns): number {
  const { runsColumnMajor } = mask;
  let area = 0;
  for (let i = 1; i < runsColumnMajor.length; i += 2) area += runsColumnMajor[i];
  return area;
}

/**
 * [left, top, right, bottom] of the outermost foreground pixels, inclusive: what the reference generator filters and
 * suppresses on (`batched_mask_to_box`). [0, 0, 0, 0] for an empty mask, as there.
 */
export function boxXyxyInclusiveOfMaskRuns(mask: MaskRuns): BoxXyxyInclusive {
  const { height, runsColumnMajor } = mask;
  if (runsColumnMajor.length < 2) return [0, 0, 0, 0];
  let top = height;
  let bottom = -1;
  let left = -1;
  let right = 0;
  for (let i = 1, at = runsColumnMajor[0]; i < runsColumnMajor.length; i += 2) {
    const last = at + runsColumnMajor[i] - 1;
    const firstColumn = Math.floor(at / height);
    const lastColumn = Math.floor(last / height);
    if (left < 0) left = firstColumn;
    right = lastColumn;
    if (firstColumn < lastColumn) {
      // it goes on past the foot of a column, so it touches both edges
      top = 0;
      bottom = height - 1;
    } else {
      const firstRow = at - firstColumn * height;
      const lastRow = last - lastColumn * height;
      if (firstRow < top) top = firstRow;
      if (lastRow > bottom) bottom = lastRow;
    }
    at = last + 1 + (runsColumnMajor[i + 1] ?? 0);
  }
  return [left, top, right, bottom];
}
