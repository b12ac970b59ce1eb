import { masksWithoutOverlaps } from '../mask/runs/resolve-overlaps.js';
import { type Candidate, withMask } from './candidate.js';

/**
 * Candidates that share no pixel, in the same order; those that others cover altogether are gone.
 *
 * @param wins - who gets a pixel that several claim: the candidate of fewer pixels, or of higher predicted IoU
 */
export function candidatesWithoutOverlaps(
  candidates: readonly Candidate[],
  wins: 'smaller' | 'higher-scored',
): Candidate[] {
  const masks = candidates.map((candidate) => candidate.mask);
  const priority =
    wins === 'smaller'
      ? { wins }
      : { wins, scores: Float32Array.from(candidates, (candidate) => candidate.predictedIou) };
  return masksWithoutOverlaps(masks, priority)
    .map((mask, i) => withMask(candidates[i], mask))
    .filter((candidate) => candidate.area > 0);
}
