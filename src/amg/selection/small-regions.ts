/**
 * Masks without specks and pinholes, after Meta's code or after the SAM paper, which differ.
 *
 * @module
 */

import { largestComponentAreaOfMaskRuns } from '../../mask/runs/components.js';
import { withoutSmallHoles, withoutSmallIslands, withoutSmallRegions } from '../../mask/runs/small-regions.js';
import type { FoundMask } from '../../sam/found-mask.js';
import { type DuplicateRule, withoutDuplicates } from './duplicates.js';
import { withMask } from './with-mask.js';

/**
 * `postprocess_small_regions` of the reference: small holes filled, then small islands dropped, the largest always staying;
 * then duplicates once more, since cleaning can make two masks alike. There, masks that had nothing small win.
 *
 * @param minArea - pixels; a region of exactly this many stays
 */
export function cleanedAsReference(
  masks: readonly FoundMask[],
  minArea: number,
  duplicates: DuplicateRule,
): FoundMask[] {
  const changed = new Set<FoundMask>();
  const cleaned = masks.map((found) => {
    const { mask, changed: isChanged } = withoutSmallRegions(found.mask, minArea);
    if (!isChanged) return found;
    const result = withMask(found, mask);
    changed.add(result);
    return result;
  });
  return withoutDuplicates(cleaned, (found) => (changed.has(found) ? 0 : 1), duplicates);
}

/**
 * Postprocessing of the SAM paper (appendix B): small islands dropped, and the whole mask with them where its largest island
 * is small; then small holes filled.
 *
 * @param minArea - pixels; a region of exactly this many stays
 */
export function cleanedAsPaper(masks: readonly FoundMask[], minArea: number): FoundMask[] {
  return masks
    .filter(({ mask }) => largestComponentAreaOfMaskRuns(mask) >= minArea)
    .map((found) => {
      const islands = withoutSmallIslands(found.mask, minArea);
      const holes = withoutSmallHoles(islands.mask, minArea);
      return islands.changed || holes.changed ? withMask(found, holes.mask) : found;
    });
}
