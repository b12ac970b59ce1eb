/**
 * Values of a column of units where its straight pieces begin and end, per cell row.
 *
 * @module
 */

import type { MaskScratch } from './mask-scratch.js';
import type { ResizePlan } from './resize-plan.js';

/**
 * Blends neighbouring cell columns at the kinks of unit column `unit`, for the cell rows around unit rows `firstRow` up
 * to `endRow`. Fills `knotStart`, `knotMiddle` and `knotEnd` at index row + 1.
 */
export function blendKnots(
  logits: Float32Array,
  offset: number,
  storedHigh: number,
  plan: ResizePlan,
  scratch: MaskScratch,
  unit: number,
  firstRow: number,
  endRow: number,
): void {
  const { knotStart, knotMiddle, knotEnd } = scratch;
  const near = plan.kink;
  const far = 1 - near;
  const lastColumn = plan.cellsWide - 1;
  const lastRow = plan.cellsHigh - 1;
  const middle = offset + unit * storedHigh;
  const left = unit > 0 ? middle - storedHigh : middle;
  const right = unit < lastColumn ? middle + storedHigh : middle;
  const from = firstRow > 0 ? firstRow - 1 : 0;
  const to = Math.min(endRow, lastRow);
  for (let row = from; row <= to; row++) {
    const a = logits[left + row];
    const b = logits[middle + row];
    const c = logits[right + row];
    knotStart[row + 1] = a + far * (b - a);
    knotMiddle[row + 1] = b + near * (c - b);
    knotEnd[row + 1] = b + far * (c - b);
  }
  if (firstRow === 0) {
    knotStart[0] = knotStart[1];
    knotMiddle[0] = knotMiddle[1];
    knotEnd[0] = knotEnd[1];
  }
  if (endRow > lastRow) {
    knotStart[lastRow + 2] = knotStart[lastRow + 1];
    knotMiddle[lastRow + 2] = knotMiddle[lastRow + 1];
    knotEnd[lastRow + 2] = knotEnd[lastRow + 1];
  }
}
