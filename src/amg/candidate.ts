import { cocoRleFromMaskRuns } from '../mask/runs/coco-rle.js';
import type { FoundMask } from '../sam/found-mask.js';
import type { MaskRecord } from '../sam/mask-record.js';

/** A found mask as an SA-1B annotation. For the merge: this file goes where src/formats makes records of found masks. */
export function recordOf(found: FoundMask, id: number): MaskRecord {
  const [x0, y0, x1, y1] = found.boxXyxy;
  const [cropX0, cropY0, cropX1, cropY1] = found.cropXyxy;
  const record: MaskRecord = {
    id,
    segmentation: cocoRleFromMaskRuns(found.mask),
    area: found.area,
    bbox: [x0, y0, x1 - x0, y1 - y0],
    predicted_iou: found.predictedIou,
    stability_score: found.stabilityScore,
    point_coords: found.pointsXy,
    crop_box: [cropX0, cropY0, cropX1 - cropX0, cropY1 - cropY0],
  };
  if (!found.prompt) return record;
  const { id: prompt_id, points, labels, box, mask, categoryId, category, score } = found.prompt;
  return {
    ...record,
    ...{
      prompt_id,
      prompt: {
        ...(points && { points, labels: labels ?? points.map(() => 1) }),
        ...(box && { box }),
        ...(mask && { mask: true }),
      },
      ...(found.maskIndex !== undefined && { mask_index: found.maskIndex }),
      ...(categoryId !== undefined && { category_id: categoryId }),
      ...(category !== undefined && { category }),
      ...(score !== undefined && { score }),
    },
  };
}
