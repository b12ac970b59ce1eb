/**
 * Dense masks, one byte a pixel, to and from runs. For people's own masks, images and tests: the generator itself
 * never holds a dense mask.
 *
 * @module
 */

import { encodeSimple } from '@thi.ng/rle-pack/simple';
import { SamError } from '../../errors.js';
import { type MaskRuns, pixelCountOf } from './mask-runs.js';

/** Side of the squares a transposition works on: both a row and a column of it stay in the fastest cache. */
const TILE = 64;

/**
 * The runs of a dense column-major mask (`mask[x * height + y]`), anything but 0 being foreground.
 *
 * @throws SamError `bad-mask-size` if the length is not `width * height`
 */
export function maskRunsFromColumnMajor(maskColumnMajor: ArrayLike<number>, width: number, height: number): MaskRuns {
  checkLength(maskColumnMajor.length, width, height);
  // [value, length, value, length, ...]
  const pairs: number[] = encodeSimple(maskColumnMajor, (a, b) => (a !== 0) === (b !== 0));
  const startsWithForeground = pairs[0] !== 0 ? 1 : 0;
  const runsColumnMajor = new Uint32Array(startsWithForeground + pairs.length / 2);
  for (let i = 1, run = startsWithForeground; i < pairs.length; i += 2) runsColumnMajor[run++] = pairs[i];
  return { width, height, runsColumnMajor };
}

/**
 * The runs of a dense row-major mask (`mask[y * width + x]`), anything but 0 being foreground.
 *
 * @throws SamError `bad-mask-size` if the length is not `width * height`
 */
export function maskRunsFromRowMajor(maskRowMajor: ArrayLike<number>, width: number, height: number): MaskRuns {
  checkLength(maskRowMajor.length, width, height);
  const maskColumnMajor = new Uint8Array(width * height);
  for (let left = 0; left < width; left += TILE) {
    const right = Math.min(left + TILE, width);
    for (let top = 0; top < height; top += TILE) {
      const bottom = Math.min(top + TILE, height);
      for (let x = left; x < right; x++) {
        for (let y = top; y < bottom; y++) maskColumnMajor[x * height + y] = maskRowMajor[y * width + x] !== 0 ? 1 : 0;
      }
    }
  }
  return maskRunsFromColumnMajor(maskColumnMajor, width, height);
}

/** The dense column-major mask (`mask[x * height + y]`) of runs: 1 foreground, 0 background. */
export function columnMajorFromMaskRuns(mask: MaskRuns): Uint8Array {
  const { width, height, runsColumnMajor } = mask;
  const maskColumnMajor = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < runsColumnMajor.length; i++) {
    const end = at + runsColumnMajor[i];
    if (i % 2 === 1) maskColumnMajor.fill(1, at, end);
    at = end;
  }
  return maskColumnMajor;
}

/** The dense row-major mask (`mask[y * width + x]`) of runs: 1 foreground, 0 background. */
export function rowMajorFromMaskRuns(mask: MaskRuns): Uint8Array {
  const { width, height, runsColumnMajor } = mask;
  const maskRowMajor = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < runsColumnMajor.length; i++) {
    const end = at + runsColumnMajor[i];
    if (i % 2 === 1) {
      let x = Math.floor(at / height);
      let y = at - x * height;
      for (; at < end; at++) {
        maskRowMajor[y * width + x] = 1;
        if (++y === height) {
          y = 0;
          x++;
        }
      }
    }
    at = end;
  }
  return maskRowMajor;
}

function checkLength(length: number, width: number, height: number): void {
  const pixelCount = pixelCountOf(width, height);
  if (length !== pixelCount) {
    throw new SamError(
      'bad-mask-size',
      `Expected ${width} x ${height} = ${pixelCount} values for a dense mask but received ${length}`,
    );
  }
}
