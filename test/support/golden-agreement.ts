import { maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { maskIou } from '../../src/mask/runs/mask-iou.js';
import type { MaskRecord } from '../../src/sam/mask-record.js';

/** A mask of a golden file: what the reference made. */
export type GoldenMask = Pick<MaskRecord, 'segmentation' | 'predicted_iou' | 'stability_score'>;

/** How far our masks of some images agree with the reference's. */
export interface Agreement {
  /** Masks of the reference. */
  theirs: number;
  /** Of those, how many have one of ours with an IoU of at least 0.9. */
  theirsMatched: number;
  ours: number;
  oursMatched: number;
  /** Sum of the IoU of every matched mask of the reference with the best of ours. */
  iouSum: number;
  /** Largest difference in predicted IoU between a matched mask and its match. */
  worstPredictedIou: number;
}

/** No masks compared yet. */
export function noAgreement(): Agreement {
  return { theirs: 0, theirsMatched: 0, ours: 0, oursMatched: 0, iouSum: 0, worstPredictedIou: 0 };
}

/** Adds the masks of one image. */
export function addAgreement(sum: Agreement, ours: readonly MaskRecord[], theirs: readonly GoldenMask[]): void {
  const ourRuns = ours.map((mask) => maskRunsFromCocoRle(mask.segmentation));
  const theirRuns = theirs.map((mask) => maskRunsFromCocoRle(mask.segmentation));
  const ious = theirRuns.map((their) => ourRuns.map((our) => maskIou(their, our)));
  sum.theirs += theirs.length;
  sum.ours += ours.length;
  for (const [i, row] of ious.entries()) {
    const best = row.indexOf(Math.max(...row));
    if (!(row[best] >= 0.9)) continue;
    sum.theirsMatched++;
    sum.iouSum += row[best];
    const difference = Math.abs(ours[best].predicted_iou - theirs[i].predicted_iou);
    sum.worstPredictedIou = Math.max(sum.worstPredictedIou, difference);
  }
  sum.oursMatched += ours.filter((_, j) => ious.some((row) => row[j] >= 0.9)).length;
}
