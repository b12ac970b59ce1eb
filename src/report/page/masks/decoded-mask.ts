import { runsFromCocoCounts } from '../../../mask/runs/coco-counts.js';
import type { ImageSize } from '../../../sam/rgb-image.js';
import type { ReportMask } from '../../data/report-data.js';

/** A mask whose run lengths are read. */
export interface DecodedMask<Mask extends ReportMask = ReportMask> extends ImageSize {
  readonly mask: Mask;
  /** Where each run ends, column after column; background runs at even places. */
  readonly ends: Uint32Array;
}

/** A mask of an image of this size, read. @throws SamError `malformed-rle` for a mask of another size. */
export function decodedMaskOf<Mask extends ReportMask>(mask: Mask, { width, height }: ImageSize): DecodedMask<Mask> {
  const ends = runsFromCocoCounts(mask.counts, width * height);
  for (let i = 1; i < ends.length; i++) ends[i] += ends[i - 1];
  return { mask, width, height, ends };
}

/** The run that a pixel lies in. @param pixel - x * height + y. */
export function runAt(ends: Uint32Array, pixel: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle] > pixel) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The masks that cover a pixel of their image, the smallest first. */
export function masksAt<Mask extends ReportMask>(
  masks: readonly DecodedMask<Mask>[],
  x: number,
  y: number,
): DecodedMask<Mask>[] {
  return masks
    .filter(({ width, height, ends }) => {
      if (x < 0 || y < 0 || x >= width || y >= height) return false;
      const run = runAt(ends, x * height + y);
      return run % 2 === 1 && run < ends.length;
    })
    .sort((a, b) => a.mask.area - b.mask.area);
}
