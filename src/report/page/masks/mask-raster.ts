import type { ImageSize } from '../../../sam/rgb-image.js';
import { type DecodedMask, runAt } from './decoded-mask.js';

/** A mask at the size at which it is drawn, inside its box: 1 where it is, row after row. */
export interface MaskRaster extends ImageSize {
  readonly left: number;
  readonly top: number;
  readonly on: Uint8Array;
}

/**
 * A mask as the pixels of a canvas see it: each looks at the pixel of the image below its centre. A mask that no pixel sees has one all
 * the same, so that it can be found.
 */
export function maskRasterOf({ mask, ends, width, height }: DecodedMask, canvas: ImageSize): MaskRaster {
  const [x0, y0, x1, y1] = mask.box;
  const [left, right] = spanOf(x0, x1 + 1, canvas.width / width, canvas.width);
  const [top, bottom] = spanOf(y0, y1 + 1, canvas.height / height, canvas.height);
  const raster = {
    left,
    top,
    width: right - left,
    height: bottom - top,
    on: new Uint8Array((right - left) * (bottom - top)),
  };
  const scale = canvas.height / height;
  let seen = false;
  for (let column = left; column < right; column++) {
    const x = Math.min(width - 1, Math.floor(((column + 0.5) * width) / canvas.width));
    const [from, to] = [x * height, (x + 1) * height];
    let run = runAt(ends, from);
    for (let start = from; start < to && run < ends.length; run++) {
      const end = Math.min(to, ends[run]);
      if (run % 2 === 1) {
        const first = Math.max(top, Math.ceil((start - from) * scale - 0.5));
        const last = Math.min(bottom, Math.ceil((end - from) * scale - 0.5));
        for (let row = first; row < last; row++) raster.on[(row - top) * raster.width + column - left] = 1;
        seen ||= last > first;
      }
      start = end;
    }
  }
  if (!seen && mask.area > 0) raster.on[(raster.height >> 1) * raster.width + (raster.width >> 1)] = 1;
  return raster;
}

/** The pixels of a canvas whose centres lie between two edges of the image; at least one. */
function spanOf(from: number, to: number, scale: number, size: number): [first: number, end: number] {
  const first = Math.max(0, Math.ceil(from * scale - 0.5));
  const end = Math.min(size, Math.ceil(to * scale - 0.5));
  if (end > first) return [first, end];
  const middle = Math.min(size - 1, Math.floor(((from + to) / 2) * scale));
  return [middle, middle + 1];
}
