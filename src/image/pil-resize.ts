import type { RgbImage } from '../sam/rgb-image.js';
import { BICUBIC, type ResizeFilter, type ResizeTaps, resizeTaps, TRIANGLE } from './resize-taps.js';

/*
 * Pillow's bilinear and bicubic resize, to the level.
 *
 * The reference resizes with PIL (torchvision on a PIL image), so its encoder saw these very bytes. sharp enlarges half an
 * output pixel away from it (mean difference 3 of 255 levels), which moves masks; hence our own. The scheme is that of
 * Pillow's Resample.c: a filter, widened when reducing, as fixed-point weights of 22 bits, first along
 * x and then along y with 8-bit pixels between.
 */

const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/** Resamplings by the names of `PIL.Image.Resampling`. */
export type Resampling = 'bilinear' | 'bicubic';

const FILTERS: Readonly<Record<Resampling, ResizeFilter>> = { bilinear: TRIANGLE, bicubic: BICUBIC };

/** Taps with fixed-point weights. */
function fixedPointTaps(inSize: number, outSize: number, filter: ResizeFilter): ResizeTaps<Int32Array> {
  const taps = resizeTaps(inSize, outSize, filter);
  const rounded = (weight: number) => Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * (1 << PRECISION_BITS));
  return { ...taps, weights: Int32Array.from(taps.weights, rounded) };
}

/** Non-negative weights that sum to 1 within 2^-20 cannot leave 0..255 by a whole level: only others need to be clipped. */
function levels(length: number, { overshoots }: ResizeFilter): RgbImage['data'] {
  return overshoots ? new Uint8ClampedArray(length) : new Uint8Array(length);
}

function resizeRows(source: RgbImage['data'], rows: number, toWidth: readonly [number, number], filter: ResizeFilter) {
  const [inWidth, outWidth] = toWidth;
  const { starts, counts, weights, width } = fixedPointTaps(inWidth, outWidth, filter);
  const out = levels(rows * outWidth * 3, filter);
  for (let y = 0, o = 0; y < rows; y++) {
    const row = y * inWidth * 3;
    for (let x = 0; x < outWidth; x++, o += 3) {
      let r = HALF;
      let g = HALF;
      let b = HALF;
      const count = counts[x];
      for (let k = 0, w = x * width, p = row + starts[x] * 3; k < count; k++, w++, p += 3) {
        const weight = weights[w];
        r += source[p] * weight;
        g += source[p + 1] * weight;
        b += source[p + 2] * weight;
      }
      out[o] = r >> PRECISION_BITS;
      out[o + 1] = g >> PRECISION_BITS;
      out[o + 2] = b >> PRECISION_BITS;
    }
  }
  return out;
}

function resizeColumns(
  source: RgbImage['data'],
  rowLength: number,
  toHeight: readonly [number, number],
  filter: ResizeFilter,
) {
  const [inHeight, outHeight] = toHeight;
  const { starts, counts, weights, width } = fixedPointTaps(inHeight, outHeight, filter);
  const out = levels(outHeight * rowLength, filter);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(HALF);
    // whole rows at a time: memory is read in order
    for (let k = 0; k < counts[y]; k++) {
      const weight = weights[y * width + k];
      const row = (starts[y] + k) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] += source[row + i] * weight;
    }
    const row = y * rowLength;
    for (let i = 0; i < rowLength; i++) out[row + i] = sums[i] >> PRECISION_BITS;
  }
  return out;
}

/**
 * An image resized as `PIL.Image.resize(size, BILINEAR)`, or `BICUBIC`, does it, equal to the level (test/image/pil-resize.test.ts).
 *
 * @param image - RGB, row-major.
 * @param width - New width in pixels, at least 1.
 * @param height - New height in pixels, at least 1.
 */
export function resizeLikePil(
  image: RgbImage,
  width: number,
  height: number,
  resampling: Resampling = 'bilinear',
): RgbImage {
  const filter = FILTERS[resampling];
  let { data } = image;
  if (width !== image.width) data = resizeRows(data, image.height, [image.width, width], filter);
  if (height !== image.height) data = resizeColumns(data, width * 3, [image.height, height], filter);
  return { data, width, height };
}
