import { cocoRleFromMaskRuns } from '../mask/runs/coco-rle.js';
import { areaOfMaskRuns, type BoxXyxyInclusive, boxXyxyInclusiveOfMaskRuns } from '../mask/runs/mask-extent.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';
import type { MaskRecord } from '../sam/mask-record.js';
import type { CropBox } from './crop-boxes.js';

/** A mask that passed the filters that look at it alone, in the frame of the image. */
export interface Candidate {
  readonly mask: MaskRuns;
  /** Foreground pixels. */
  readonly area: number;
  readonly boxXyxy: BoxXyxyInclusive;
  readonly predictedIou: number;
  readonly stabilityScore: number;
  /** The point that found it, x, y in pixels of the image. */
  readonly pointXy: readonly [number, number];
  /** Where it was found. */
  readonly crop: CropBox;
}

/** A candidate whose pixels were changed: area and box follow the mask, the scores stay those of the model's answer. */
export function withMask(candidate: Candidate, mask: MaskRuns): Candidate {
  return { ...candidate, mask, area: areaOfMaskRuns(mask), boxXyxy: boxXyxyInclusiveOfMaskRuns(mask) };
}

/** A candidate as an SA-1B annotation. */
export function recordOf(candidate: Candidate, id: number): MaskRecord {
  const [x0, y0, x1, y1] = candidate.boxXyxy;
  const [cropX0, cropY0, cropX1, cropY1] = candidate.crop.boxXyxy;
  return {
    id,
    segmentation: cocoRleFromMaskRuns(candidate.mask),
    area: candidate.area,
    bbox: [x0, y0, x1 - x0, y1 - y0],
    predicted_iou: candidate.predictedIou,
    stability_score: candidate.stabilityScore,
    point_coords: [candidate.pointXy],
    crop_box: [cropX0, cropY0, cropX1 - cropX0, cropY1 - cropY0],
  };
}
