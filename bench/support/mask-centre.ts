/**
 * The point of a mask that is farthest from its border: where a person would click.
 *
 * Exact Euclidean distances by lower envelopes of parabolas (Felzenszwalb and Huttenlocher, "Distance transforms of sampled
 * functions", 2012). The image's edge counts as border, as in the click protocols of interactive segmentation.
 *
 * @module
 */

import { rowMajorFromMaskRuns } from '../../src/mask/runs/dense-mask.js';
import { boxXyxyInclusiveOfMaskRuns } from '../../src/mask/runs/mask-extent.js';
import type { MaskRuns } from '../../src/mask/runs/mask-runs.js';

/** A pixel inside a mask. */
export interface MaskCentre {
  readonly x: number;
  readonly y: number;
  /** To the centre of the nearest pixel outside, in pixels. */
  readonly distance: number;
}

/** The pixel of a mask that is farthest from its border, the first in reading order; undefined for an empty mask. */
export function centreOfMask(mask: MaskRuns): MaskCentre | undefined {
  if (mask.runsColumnMajor.length < 2) return undefined;
  const [left, top, right, bottom] = boxXyxyInclusiveOfMaskRuns(mask);
  // one pixel of border on every side
  const width = right - left + 3;
  const height = bottom - top + 3;
  const dense = rowMajorFromMaskRuns(mask);
  const squared = new Float64Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    const row = (top + y - 1) * mask.width + left - 1;
    for (let x = 1; x < width - 1; x++) if (dense[row + x] === 1) squared[y * width + x] = FAR;
  }
  const envelope = new Envelope(Math.max(width, height));
  for (let x = 0; x < width; x++) envelope.transform(squared, x, width, height);
  for (let y = 0; y < height; y++) envelope.transform(squared, y * width, 1, width);
  let best = 0;
  for (let i = 1; i < squared.length; i++) if (squared[i] > squared[best]) best = i;
  return {
    x: (best % width) + left - 1,
    y: Math.floor(best / width) + top - 1,
    distance: Math.sqrt(squared[best]),
  };
}

/** More than any squared distance, and small enough that sums stay exact. */
const FAR = 2 ** 40;

/** One line after the other becomes its squared distances. */
class Envelope {
  readonly #values: Float64Array;
  readonly #apexes: Int32Array;
  readonly #starts: Float64Array;

  constructor(longest: number) {
    this.#values = new Float64Array(longest);
    this.#apexes = new Int32Array(longest);
    this.#starts = new Float64Array(longest + 1);
  }

  transform(grid: Float64Array, from: number, stride: number, length: number): void {
    const values = this.#values;
    const apexes = this.#apexes;
    const starts = this.#starts;
    for (let i = 0; i < length; i++) values[i] = grid[from + i * stride];
    let last = 0;
    apexes[0] = 0;
    starts[0] = -Infinity;
    starts[1] = Infinity;
    for (let i = 1; i < length; i++) {
      const height = values[i] + i * i;
      const crossing = () => (height - values[apexes[last]] - apexes[last] ** 2) / (2 * (i - apexes[last]));
      let start = crossing();
      while (start <= starts[last]) {
        last--;
        start = crossing();
      }
      last++;
      apexes[last] = i;
      starts[last] = start;
      starts[last + 1] = Infinity;
    }
    for (let i = 0, k = 0; i < length; i++) {
      while (starts[k + 1] < i) k++;
      grid[from + i * stride] = (i - apexes[k]) ** 2 + values[apexes[k]];
    }
  }
}
