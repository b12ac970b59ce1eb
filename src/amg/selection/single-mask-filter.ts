import type { ImageSize } from '../../sam/rgb-image.js';
import type { ProposedMask } from '../candidates/proposed-masks.js';
import type { CropBox } from '../points/crop-boxes.js';
import type { GeneratorSettings } from '../settings.js';
import { isBoxNearCropEdge } from './crop-edge.js';

/**
 * Tells which of a crop's masks are kept as far as each can be judged alone: not those that the crop cuts off, and not those that
 * cover too much of the image. (Predicted IoU and stability were judged before, where they spare the measuring.)
 *
 * @param image - Size of the whole image.
 */
export function singleMaskFilter(
  { maxMaskCoverage }: Pick<GeneratorSettings, 'maxMaskCoverage'>,
  { width, height }: ImageSize,
  { boxXyxy }: CropBox,
): (mask: Pick<ProposedMask, 'area' | 'boxInCropXyxy'>) => boolean {
  const imageXyxy = [0, 0, width, height];
  const mostArea = (maxMaskCoverage ?? Number.POSITIVE_INFINITY) * width * height;
  return ({ area, boxInCropXyxy }) => area < mostArea && !isBoxNearCropEdge(boxInCropXyxy, boxXyxy, imageXyxy);
}
