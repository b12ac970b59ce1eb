import { cocoCountsFromRuns } from '../../mask/runs/coco-counts.js';
import type { FoundMask } from '../../sam/found-mask.js';
import { classOf } from '../../sam/mask-class.js';
import type { ReportMask } from '../data/report-data.js';

/**
 * A mask as the page draws it.
 *
 * @param number - Its 1-based place among all masks of the image.
 */
export function reportMaskOf(found: FoundMask, number: number): ReportMask {
  const { mask, boxXyxy, area, predictedIou, stabilityScore, pointsXy } = found;
  const { categoryId, category = categoryId?.toString() } = classOf(found);
  return {
    number,
    counts: cocoCountsFromRuns(mask.runsColumnMajor),
    box: boxXyxy,
    area,
    predicted_iou: predictedIou,
    stability_score: stabilityScore,
    points: pointsXy,
    ...(category !== undefined && { category }),
  };
}
