/**
 * From a crop's frame to the image's.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import type { MaskRuns } from './mask-runs.js';
import { RunWriter } from './run-writer.js';

/**
 * A crop's mask in the whole image, background all around.
 *
 * @param mask - in the frame of the crop, whose size is the mask's
 * @param x0 - left column of the crop in the image
 * @param y0 - top row of the crop in the image
 * @throws SamError `mask-size-mismatch` if the crop does not lie within the image
 */
export function maskRunsInImage(
  mask: MaskRuns,
  x0: number,
  y0: number,
  imageWidth: number,
  imageHeight: number,
): MaskRuns {
  const { width, height, runsColumnMajor } = mask;
  if (x0 < 0 || y0 < 0 || x0 + width > imageWidth || y0 + height > imageHeight) {
    throw new SamError(
      'mask-size-mismatch',
      `Expected a crop within ${imageWidth} x ${imageHeight} pixels but received ${width} x ${height} at ${x0}, ${y0}`,
    );
  }
  if (width === imageWidth && height === imageHeight) return mask;
  // a run that spans columns falls apart into one a column
  const writer = new RunWriter(runsColumnMajor.length + 2 * width);
  for (let i = 1, at = runsColumnMajor[0]; i < runsColumnMajor.length; i += 2) {
    const end = at + runsColumnMajor[i];
    for (let x = Math.floor(at / height); at < end; x++) {
      const segmentEnd = Math.min(end, (x + 1) * height);
      const shift = (x0 + x) * imageHeight + y0 - x * height;
      writer.extendTo(at + shift, 0);
      writer.extendTo(segmentEnd + shift, 1);
      at = segmentEnd;
    }
    at = end + (runsColumnMajor[i + 1] ?? 0);
  }
  return { width: imageWidth, height: imageHeight, runsColumnMajor: writer.finishedRuns(imageWidth * imageHeight) };
}
