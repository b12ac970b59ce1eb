/**
 * Non-maximum suppression by the true overlap of masks. Boxes of crossing or nested objects overlap where the objects do
 * not; suppression by boxes deletes one of them, this does not.
 *
 * @module
 */

import { type MeasuredMask, maskIouAbove } from './mask-iou.js';

/**
 * The masks that no better one duplicates: best score first, each mask with an IoU above `iouThresh` with a kept one is
 * dropped. Ranks as box NMS does: ties go to the lower index.
 *
 * @param masks - of one size
 * @param scores - one a mask, higher is better
 * @param iouThresh - 0 to 1; an IoU of exactly this does not suppress
 * @returns indices of the kept masks, best first
 */
export function maskNms(masks: readonly MeasuredMask[], scores: ArrayLike<number>, iouThresh: number): number[] {
  const kept: number[] = [];
  const keptMasks: MeasuredMask[] = [];
  for (const index of rankedByScore(scores)) {
    const candidate = masks[index];
    if (keptMasks.some((better) => maskIouAbove(better, candidate, iouThresh) > 0)) continue;
    kept.push(index);
    keptMasks.push(candidate);
  }
  return kept;
}

/** Indices from the highest score to the lowest, equal scores by index. */
export function rankedByScore(scores: ArrayLike<number>): number[] {
  return Array.from({ length: scores.length }, (_, index) => index).sort((a, b) => scores[b] - scores[a] || a - b);
}
