import { categoryNameOf } from '../../formats/exported-image.js';
import type { FoundMask, ImageResult } from '../../sam/found-mask.js';
import { classOf } from '../../sam/mask-class.js';

/** An area: pixels, or a share of the image's. */
export type AreaLimit = { readonly pixels: number } | { readonly share: number };

/** Which masks of an image are wanted; all, by default. */
export interface MaskFilter {
  readonly minPredictedIou?: number;
  readonly minStabilityScore?: number;
  readonly minArea?: AreaLimit;
  readonly maxArea?: AreaLimit;
  /** At most so many of each image: those of the highest predicted IoU, in the order of the run. */
  readonly top?: number;
  /** Names or numbers of classes. */
  readonly categories?: readonly string[];
}

function pixelsOf(limit: AreaLimit, { width, height }: ImageResult): number {
  return 'pixels' in limit ? limit.pixels : limit.share * width * height;
}

/** The result with those of its masks that pass. */
export function filteredResult(result: ImageResult, filter: MaskFilter): ImageResult {
  const { minPredictedIou = -Infinity, minStabilityScore = -Infinity, minArea, maxArea, top, categories } = filter;
  const least = minArea ? pixelsOf(minArea, result) : 0;
  const most = maxArea ? pixelsOf(maxArea, result) : Number.POSITIVE_INFINITY;
  const isWanted = (mask: FoundMask) =>
    mask.predictedIou >= minPredictedIou &&
    mask.stabilityScore >= minStabilityScore &&
    mask.area >= least &&
    mask.area <= most &&
    (!categories?.length ||
      categories.includes(categoryNameOf(mask)) ||
      categories.includes(`${classOf(mask).categoryId}`));
  const masks = result.masks.filter(isWanted);
  return { ...result, masks: top === undefined ? masks : best(masks, top) };
}

function best(masks: readonly FoundMask[], count: number): FoundMask[] {
  const kept = new Set([...masks].sort((a, b) => b.predictedIou - a.predictedIou).slice(0, count));
  return masks.filter((mask) => kept.has(mask));
}
