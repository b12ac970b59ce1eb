import { cocoCountsFromRuns } from '../../mask/runs/coco-counts.js';
import type { FoundMask } from '../../sam/found-mask.js';
import type { ReportMask } from '../data/report-data.js';

/**
 * A mask as the page draws it.
 *
 * @param number - Its 1-based place among all masks of the image.
 */
export function reportMaskOf(
  { mask, boxXyxy, area, predictedIou, stabilityScore, pointsXy, prompt }: FoundMask,
  number: number,
): ReportMask {
  const category = prompt?.category ?? prompt?.categoryId?.toString();
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
