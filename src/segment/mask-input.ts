/**
 * A binary mask as a mask prompt.
 *
 * SAM 1 takes the low-res logits of an earlier prediction and has no rule for a mask that someone drew. SAM 2 has one
 * (sam2/modeling/sam2_base.py), followed here: the mask in the model's frame, as logits of +10 and -10, reduced to the low-res grid
 * with an antialiasing filter.
 *
 * @module
 */

import { SamError } from '../errors.js';
import { type ResizeTaps, resizeTaps, TRIANGLE } from '../image/resize-taps.js';
import { type CocoRle, maskRunsFromCocoRle, type UncompressedCocoRle } from '../mask/runs/coco-rle.js';
import { rowMajorFromMaskRuns } from '../mask/runs/dense-mask.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';
import { frameExtentOf, type ModelGeometry } from '../sam/geometry.js';
import type { ImageSize } from '../sam/rgb-image.js';

/** Logit inside a mask prompt; outside it is the negative. */
const CONFIDENT = 10;

/**
 * The low-res logits of a binary mask.
 *
 * @param mask - Of the whole image, or of the low-res grid itself, which is taken cell by cell.
 * @param geometry - Of the model that takes them.
 * @param isOfGrid - Whether `mask` is of the grid, padding included.
 * @returns [lowResSize, lowResSize] row-major.
 */
export function maskInputOf(mask: MaskRuns, geometry: ModelGeometry, isOfGrid: boolean): Float32Array {
  const dense = Float32Array.from(rowMajorFromMaskRuns(mask));
  if (isOfGrid) return dense.map((inside) => (inside > 0 ? CONFIDENT : -CONFIDENT));
  const { width, height } = mask;
  const { frameSize, lowResSize } = geometry;
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

/**
 * The low-res logits of a mask that a file holds: of the image's size, or of the low-res grid, padding included.
 *
 * @throws SamError `bad-prompt` for a mask of another size, `malformed-rle` for one that cannot be read.
 */
export function maskInputOfRle(
  rle: CocoRle | UncompressedCocoRle,
  { width, height }: ImageSize,
  geometry: ModelGeometry,
): Float32Array {
  const { lowResSize } = geometry;
  const [high, wide] = rle.size;
  const isOfImage = wide === width && high === height;
  if (!isOfImage && (wide !== lowResSize || high !== lowResSize)) {
    throw new SamError(
      'bad-prompt',
      `Expected [${height}, ${width}] or [${lowResSize}, ${lowResSize}] for the size of a mask but received [${rle.size.join(', ')}]`,
      'A mask prompt has the size of its image, or of the low-res grid.',
    );
  }
  return maskInputOf(maskRunsFromCocoRle(rle), geometry, !isOfImage);
}

/** A row-major image of one channel, resized as PyTorch's antialiased bilinear `interpolate` does it. */
function resized(source: Float32Array, width: number, height: number, toWidth: number, toHeight: number): Float32Array {
  const narrow = new Float32Array(toWidth * height);
  const across = resizeTaps(width, toWidth, TRIANGLE);
  for (let y = 0; y < height; y++) filterLine(source, y * width, 1, across, narrow, y * toWidth, 1);
  const out = new Float32Array(toWidth * toHeight);
  const down = resizeTaps(height, toHeight, TRIANGLE);
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
