/**
 * Masks to and from the `segmentation` objects of COCO and SA-1B files.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import { cocoCountsFromRuns, runsFromCocoCounts } from './coco-counts.js';
import { type MaskRuns, maskRuns, pixelCountOf } from './mask-runs.js';

/** A mask in COCO's compressed run-length encoding, as pycocotools and SA-1B write it. */
export interface CocoRle {
  /** [height, width] in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Compressed column-major run lengths. */
  readonly counts: string;
}

/** COCO's other form, with the run lengths as plain numbers. */
export interface UncompressedCocoRle {
  /** [height, width] in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Column-major run lengths, background first. */
  readonly counts: readonly number[];
}

/** The compressed COCO RLE of a mask, byte for byte what pycocotools' `encode` gives. */
export function cocoRleFromMaskRuns(mask: MaskRuns): CocoRle {
  return { size: [mask.height, mask.width], counts: cocoCountsFromRuns(mask.runsColumnMajor) };
}

/**
 * The mask of a COCO RLE, compressed or not.
 *
 * @throws SamError `malformed-rle` if the counts are not those of a mask of that size, `bad-mask-size` if the size is none
 */
export function maskRunsFromCocoRle(rle: CocoRle | UncompressedCocoRle): MaskRuns {
  const { size, counts } = rle;
  if (!Array.isArray(size) || size.length !== 2) {
    throw new SamError('malformed-rle', `Expected [height, width] for RLE size but received ${JSON.stringify(size)}`);
  }
  const [height, width] = size as readonly [number, number];
  if (typeof counts === 'string') {
    return maskRuns(width, height, runsFromCocoCounts(counts, pixelCountOf(width, height)));
  }
  if (!Array.isArray(counts)) {
    throw new SamError('malformed-rle', `Expected a string or an array for RLE counts but received ${typeof counts}`);
  }
  return maskRuns(width, height, counts as readonly number[]);
}
