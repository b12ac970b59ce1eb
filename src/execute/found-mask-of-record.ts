import { maskRunsFromCocoRle } from '../mask/runs/coco-rle.js';
import type { FoundMask } from '../sam/found-mask.js';
import type { MaskRecord } from '../sam/mask-record.js';

/** A record as the domain data that it was made of. */
export function foundMaskOfRecord(record: MaskRecord): FoundMask {
  const [left, top, width, height] = record.bbox;
  const [cropX, cropY, cropWidth, cropHeight] = record.crop_box;
  return {
    mask: maskRunsFromCocoRle(record.segmentation),
    area: record.area,
    boxXyxy: [left, top, left + width, top + height],
    predictedIou: record.predicted_iou,
    stabilityScore: record.stability_score,
    pointsXy: record.point_coords,
    cropXyxy: [cropX, cropY, cropX + cropWidth, cropY + cropHeight],
  };
}
