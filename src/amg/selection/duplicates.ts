/**
 * Several points find the same object: of masks that overlap too much the best stays.
 *
 * @module
 */

import { boxNms } from '../../mask/runs/box-nms.js';
import type { MeasuredMask } from '../../mask/runs/mask-iou.js';
import { maskNms } from '../../mask/runs/mask-nms.js';

/** When two masks are one object. */
export interface DuplicateRule {
  /** Overlap of their boxes or of their pixels. */
  readonly nms: 'box' | 'mask';
  /** Above this IoU the lower-scored is dropped. */
  readonly iouThresh: number;
}

/**
 * Masks that no higher-scored one duplicates, best score first; of equal scores the earlier counts as better.
 *
 * @param scoreOf - asked once a mask; rounded to float32, in which the reference compares
 */
export function withoutDuplicates<Mask extends MeasuredMask>(
  masks: readonly Mask[],
  scoreOf: (mask: Mask) => number,
  { nms, iouThresh }: DuplicateRule,
): Mask[] {
  const scores = Float32Array.from(masks, scoreOf);
  const kept =
    nms === 'box'
      ? boxNms(Float32Array.from(masks.flatMap(({ boxXyxy }) => boxXyxy)), scores, iouThresh)
      : maskNms(masks, scores, iouThresh);
  return kept.map((index) => masks[index]);
}
