/**
 * A binary mask as a mask prompt.
 *
 * SAM 1 takes the low-res logits of an earlier prediction and has no rule for a mask that someone drew. SAM 2 has one
 * (sam2/modeling/sam2_base.py), followed here: the mask in the model's frame, as logits of +10 and -10, reduced to the low-res grid
 * with an antialiasing filter.
 *
 * @module
 */

import { type ResizeTaps, triangleTaps } from '../image/triangle-taps.js';
import { rowMajorFromMaskRuns } from '../mask/runs/dense-mask.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';
import { frameExtentOf, type ModelGeometry } from '../sam/geometry.js';

/** Logit inside a mask prompt; outside it is the negative. */
const CONFIDENT = 10;

/**
 * The low-res logits of a binary mask.
 *
 * @param mask - Of the whole image, or of the low-res grid itself, which is taken cell by cell.
 * @param isOfGrid - Whether `mask` is of the grid, padding included.
 * @returns [lowResSize, lowResSize] row-major.
 */
export function maskInputOf(mask: MaskRuns, geometry: ModelGeometry, isOfGrid: boolean): Float32Array {
  const dense = Float32Array.from(rowMajorFromMaskRuns(mask));
  if (isOfGrid) return dense.map((inside) => (inside > 0 ? CONFIDENT : -CONFIDENT));
  const { frameSize, lowResSize } = geometry;
  const { width, height } = mask;
  const extent = frameExtentOf(geometry, width, height);
  const inFrame = resized(dense, width, height, extent.width, extent.height);
  const padded = new Float32Array(frameSize * frameSize).fill(-CONFIDENT);
  for (let y = 0; y < extent.height; y++) {
    for (let x = 0; x < extent.width; x++) {
      if (inFrame[y * extent.width + x] >= 0.5) padded[y * frameSize + x] = CONFIDENT;
    }
  }
  return resized(padded, frameSize, frameSize, lowResSize, lowResSize);
}

/** A row-major image of one channel, resized as PyTorch's antialiased bilinear `interpolate` does it. */
function resized(source: Float32Array, width: number, height: number, toWidth: number, toHeight: number): Float32Array {
  const narrow = new Float32Array(toWidth * height);
  const across = triangleTaps(width, toWidth);
  for (let y = 0; y < height; y++) filterLine(source, y * width, 1, across, narrow, y * toWidth, 1);
  const out = new Float32Array(toWidth * toHeight);
  const down = triangleTaps(height, toHeight);
  for (let x = 0; x < toWidth; x++) filterLine(narrow, x, toWidth, down, out, x, toWidth);
  return out;
}

function filterLine(
  source: Float32Array,
  from: number,
  stride: number,
  { starts, counts, weights, width }: ResizeTaps<Float64Array>,
  target: Float32Array,
  to: number,
  toStride: number,
): void {
  for (let i = 0, write = to; i < starts.length; i++, write += toStride) {
    let sum = 0;
    let read = from + starts[i] * stride;
    const end = i * width + counts[i];
    for (let w = i * width; w < end; w++, read += stride) sum += source[read] * weights[w];
    target[write] = sum;
  }
}
