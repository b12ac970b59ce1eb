import { masksWithoutOverlaps } from '../../mask/runs/resolve-overlaps.js';
import type { FoundMask } from '../../sam/found-mask.js';
import { withMask } from './with-mask.js';

/**
 * Masks that share no pixel, in the same order; those that others cover altogether are gone.
 *
 * @param wins - who gets a pixel that several claim: the mask of fewer pixels, or of higher predicted IoU
 */
export function withoutOverlaps(found: readonly FoundMask[], wins: 'smaller' | 'higher-scored'): FoundMask[] {
  const masks = found.map(({ mask }) => mask);
  const priority =
    wins === 'smaller' ? { wins } : { wins, scores: Float32Array.from(found, ({ predictedIou }) => predictedIou) };
  return masksWithoutOverlaps(masks, priority)
    .map((mask, i) => withMask(found[i], mask))
    .filter(({ area }) => area > 0);
}
