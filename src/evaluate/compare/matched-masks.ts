import { type MeasuredMask, maskIouAbove } from '../../mask/runs/mask-iou.js';

/** A mask of one run and the mask of the other that is the same one. */
export interface MatchedPair {
  /** Index of the mask in each. */
  readonly a: number;
  readonly b: number;
  readonly iou: number;
}

/**
 * Which masks of two sets are the same: pairs with an IoU of at least `minIou`, the closest first, each mask in one pair at most.
 * A mask that is there twice in one set leaves one of the two alone.
 *
 * @param minIou - Above 0, to 1.
 */
export function matchedMasks(a: readonly MeasuredMask[], b: readonly MeasuredMask[], minIou: number): MatchedPair[] {
  const pairs: MatchedPair[] = [];
  // boxes and areas rule out most pairs; just below, since the bound itself is to count
  const below = minIou * (1 - Number.EPSILON);
  for (const [i, mask] of a.entries()) {
    for (const [j, other] of b.entries()) {
      const iou = maskIouAbove(mask, other, below);
      if (iou >= minIou) pairs.push({ a: i, b: j, iou });
    }
  }
  pairs.sort((p, q) => q.iou - p.iou || p.a - q.a || p.b - q.b);
  const takenOfA = new Set<number>();
  const takenOfB = new Set<number>();
  return pairs.filter((pair) => {
    if (takenOfA.has(pair.a) || takenOfB.has(pair.b)) return false;
    takenOfA.add(pair.a);
    takenOfB.add(pair.b);
    return true;
  });
}
