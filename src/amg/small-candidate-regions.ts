/**
 * Masks without specks and pinholes, after Meta's code or after the SAM paper, which differ.
 *
 * @module
 */

import { largestComponentAreaOfMaskRuns } from '../mask/runs/components.js';
import { withoutSmallHoles, withoutSmallIslands, withoutSmallRegions } from '../mask/runs/small-regions.js';
import { type Candidate, withMask } from './candidate.js';
import { type DuplicateRule, withoutDuplicates } from './duplicates.js';

/**
 * `postprocess_small_regions` of the reference: small holes filled, then small islands dropped, the largest always staying;
 * then duplicates once more, since cleaning can make two masks alike. There, masks that had nothing small win.
 *
 * @param minArea - pixels; a region of exactly this many stays
 */
export function cleanedAsReference(
  candidates: readonly Candidate[],
  minArea: number,
  duplicates: DuplicateRule,
): Candidate[] {
  const changed = new Set<Candidate>();
  const cleaned = candidates.map((candidate) => {
    const { mask, changed: isChanged } = withoutSmallRegions(candidate.mask, minArea);
    if (!isChanged) return candidate;
    const result = withMask(candidate, mask);
    changed.add(result);
    return result;
  });
  return withoutDuplicates(cleaned, (candidate) => (changed.has(candidate) ? 0 : 1), duplicates);
}

/**
 * Postprocessing of the SAM paper (appendix B): small islands dropped, and the whole mask with them where its largest island
 * is small; then small holes filled.
 *
 * @param minArea - pixels; a region of exactly this many stays
 */
export function cleanedAsPaper(candidates: readonly Candidate[], minArea: number): Candidate[] {
  return candidates
    .filter((candidate) => largestComponentAreaOfMaskRuns(candidate.mask) >= minArea)
    .map((candidate) => {
      const islands = withoutSmallIslands(candidate.mask, minArea);
      const holes = withoutSmallHoles(islands.mask, minArea);
      return islands.changed || holes.changed ? withMask(candidate, holes.mask) : candidate;
    });
}
