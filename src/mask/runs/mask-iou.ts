/**
 * Intersection over union of masks, on runs.
 *
 * @module
 */

import { areaOfMaskRuns, type BoxXyxyInclusive, boxXyxyInclusiveOfMaskRuns } from './mask-extent.js';
import type { MaskRuns } from './mask-runs.js';
import { intersectionAreaAbove } from './run-set-operations.js';

/** A mask with what is asked of it again and again; every found mask is one. */
export interface MeasuredMask {
  readonly mask: MaskRuns;
  /** Foreground pixels. */
  readonly area: number;
  /** Outermost foreground pixels; zeros when there are none. */
  readonly boxXyxy: BoxXyxyInclusive;
}

/** A mask measured once, for many comparisons. */
export function measuredMask(mask: MaskRuns): MeasuredMask {
  return { mask, area: areaOfMaskRuns(mask), boxXyxy: boxXyxyInclusiveOfMaskRuns(mask) };
}

/** Intersection over union of two masks, 0 to 1; 0 if both are empty, as in pycocotools. */
export function maskIou(a: MaskRuns, b: MaskRuns): number {
  return maskIouAbove(measuredMask(a), measuredMask(b), 0);
}

/**
 * Intersection over union of two masks if it is above `thresh`, otherwise 0. Boxes and areas bound it, so that most pairs
 * need no look at their runs.
 *
 * @param thresh - 0 or more
 */
export function maskIouAbove(a: MeasuredMask, b: MeasuredMask, thresh: number): number {
  const most = Math.min(boxOverlapArea(a.boxXyxy, b.boxXyxy), a.area, b.area);
  if (iouOfAreas(most, a.area, b.area) <= thresh) return 0;
  // a little less than the intersection that makes an IoU of `thresh`, for what rounding does
  const needed = Math.max(0, (thresh * (a.area + b.area)) / (1 + thresh) - 1);
  const iou = iouOfAreas(intersectionAreaAbove(a.mask, b.mask, a.area, b.area, needed), a.area, b.area);
  return iou > thresh ? iou : 0;
}

function iouOfAreas(intersection: number, areaA: number, areaB: number): number {
  const union = areaA + areaB - intersection;
  return union > 0 ? intersection / union : 0;
}

function boxOverlapArea(a: BoxXyxyInclusive, b: BoxXyxyInclusive): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + 1;
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + 1;
  return width > 0 && height > 0 ? width * height : 0;
}
