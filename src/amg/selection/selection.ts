/**
 * Which of the masks that were found stay: what looks at several at a time.
 *
 * @module
 */

import type { MeasuredMask } from '../../mask/runs/mask-iou.js';
import type { FoundMask } from '../../sam/found-mask.js';
import type { GeneratorSettings } from '../settings.js';
import { withoutDuplicates } from './duplicates.js';
import { withoutOverlaps } from './overlaps.js';
import { cleanedAsPaper, cleanedAsReference } from './small-regions.js';

/** Masks of one crop without duplicates, best predicted IoU first (the end of `_process_crop` of the reference). */
export function selectedInCrop<Mask extends MeasuredMask & Pick<FoundMask, 'predictedIou'>>(
  masks: readonly Mask[],
  { nms, boxNmsThresh }: Pick<GeneratorSettings, 'nms' | 'boxNmsThresh'>,
): Mask[] {
  return withoutDuplicates(masks, (mask) => mask.predictedIou, { nms, iouThresh: boxNmsThresh });
}

/**
 * Masks of all crops of an image without duplicates, those of the smallest crops first, without small regions and without overlaps
 * (`_generate_masks` of the reference and what follows it).
 *
 * @param masksByCrop - What is left of each crop.
 */
export function selectedInImage(
  masksByCrop: readonly (readonly FoundMask[])[],
  settings: GeneratorSettings,
): readonly FoundMask[] {
  const { nms, cropNmsThresh, nonOverlapping } = settings;
  const all = masksByCrop.flat();
  const unique =
    masksByCrop.length > 1 ? withoutDuplicates(all, inverseCropAreaOf, { nms, iouThresh: cropNmsThresh }) : all;
  const cleaned = withoutSmallRegions(unique, settings);
  return nonOverlapping === 'none' ? cleaned : withoutOverlaps(cleaned, nonOverlapping);
}

/** Higher for masks from smaller crops: a closer look counts more (`1 / box_area(crop_boxes)` of the reference). */
function inverseCropAreaOf({ cropXyxy: [x0, y0, x1, y1] }: FoundMask): number {
  return 1 / ((x1 - x0) * (y1 - y0));
}

/** Masks without specks and pinholes, as the reference removes them or as the paper does. */
function withoutSmallRegions(masks: readonly FoundMask[], settings: GeneratorSettings): readonly FoundMask[] {
  const { minMaskRegionArea, smallRegions, boxNmsThresh, cropNmsThresh, nms } = settings;
  if (minMaskRegionArea === 0) return masks;
  if (smallRegions === 'paper') return cleanedAsPaper(masks, minMaskRegionArea);
  return cleanedAsReference(masks, minMaskRegionArea, { nms, iouThresh: Math.max(boxNmsThresh, cropNmsThresh) });
}
