/**
 * Single values of a mask at the image's size: for those who want numbers of a few pixels rather than the mask.
 *
 * @module
 */

import type { ResizeAxis, ResizePlan } from './resize-plan.js';

/** What the outputs of an axis are blended of: output o reads three cells, `cells[3 * o ...]`, with three weights. */
interface AxisTaps {
  readonly cells: Int32Array;
  /** Those of an output sum to 1. */
  readonly weights: Float64Array;
}

/** Reads the logits of pixels from low-res masks, resized as {@link ResizePlan} says. */
export class PixelLogits {
  readonly #x: AxisTaps;
  readonly #y: AxisTaps;

  constructor({ x, y, kink }: ResizePlan) {
    this.#x = tapsOf(x, kink);
    this.#y = tapsOf(y, kink);
  }

  /**
   * The logit of a pixel.
   *
   * @param logits - Low-res logits, column-major: cell column x, row y is `logits[offset + x * storedHigh + y]`.
   * @param offset - Where the mask starts in `logits`.
   * @param storedHigh - Rows stored per column.
   * @param x - Column of the image, from 0.
   * @param y - Row of the image, from 0.
   */
  at(logits: Float32Array, offset: number, storedHigh: number, x: number, y: number): number {
    const { cells: columns, weights: across } = this.#x;
    const { cells: rows, weights: down } = this.#y;
    const [row0, row1, row2] = [rows[3 * y], rows[3 * y + 1], rows[3 * y + 2]];
    const [down0, down1, down2] = [down[3 * y], down[3 * y + 1], down[3 * y + 2]];
    let value = 0;
    for (let i = 3 * x; i < 3 * x + 3; i++) {
      const column = offset + columns[i] * storedHigh;
      value +=
        across[i] * (down0 * logits[column + row0] + down1 * logits[column + row1] + down2 * logits[column + row2]);
    }
    return value;
  }
}

/** The pieces of resize-plan.ts as weights of the cells left of it, its own and right of it. */
function tapsOf(
  { outputs, cells: count, units, unitStart, insideStart, fraction }: ResizeAxis,
  near: number,
): AxisTaps {
  const far = 1 - near;
  const cells = new Int32Array(3 * outputs);
  const weights = new Float64Array(3 * outputs);
  for (let unit = 0; unit < units; unit++) {
    for (let o = unitStart[unit]; o < unitStart[unit + 1]; o++) {
      const along = fraction[o];
      cells.set([Math.max(0, unit - 1), unit, Math.min(count - 1, unit + 1)], 3 * o);
      const isInside = o >= insideStart[unit];
      weights.set(
        isInside
          ? [0, far + along * (near - far), near + along * (far - near)]
          : [near * (1 - along), far, near * along],
        3 * o,
      );
    }
  }
  return { cells, weights };
}
