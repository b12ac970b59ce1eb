/**
 * Fills small holes and drops small islands, on runs.
 *
 * Follows `remove_small_regions` of the reference (segment_anything/utils/amg.py) and OpenCV's
 * connectedComponentsWithStats, to the pixel.
 *
 * @module
 */

import { type Components, componentsOfMaskRuns } from './components.js';
import type { MaskRuns } from './mask-runs.js';
import { RunWriter } from './run-writer.js';

/** A mask after cleaning. */
export interface CleanedMask {
  readonly mask: MaskRuns;
  /**
   * Whether any region was small. As in the reference it is also true where the only island is small and stays, so the
   * pixels are as before.
   */
  readonly changed: boolean;
}

/**
 * A mask without small regions: first holes of fewer than `minArea` pixels are filled, then islands of fewer than
 * `minArea` pixels dropped, both 8-connected. If every island is small the largest stays.
 *
 * @param minArea - pixels; a region of exactly this many stays
 */
export function withoutSmallRegions(mask: MaskRuns, minArea: number): CleanedMask {
  const filled = withoutSmallHoles(mask, minArea);
  const cleaned = withoutSmallIslands(filled.mask, minArea);
  return { mask: cleaned.mask, changed: filled.changed || cleaned.changed };
}

/**
 * A mask with its holes of fewer than `minArea` pixels filled. A hole is any 8-connected part of the background, at the
 * edge of the image too.
 */
export function withoutSmallHoles(mask: MaskRuns, minArea: number): CleanedMask {
  const holes = componentsOfMaskRuns(mask, 0);
  if (!hasSmallComponent(holes, minArea)) return { mask, changed: false };
  return { mask: maskOfComponents(mask, holes, 0, (root) => holes.areas[root] >= minArea), changed: true };
}

/** A mask without its 8-connected islands of fewer than `minArea` pixels; the largest stays if all of them are small. */
export function withoutSmallIslands(mask: MaskRuns, minArea: number): CleanedMask {
  const islands = componentsOfMaskRuns(mask, 1);
  if (!hasSmallComponent(islands, minArea)) return { mask, changed: false };
  const anyLarge = islands.areas.some((area) => area >= minArea);
  const largest = anyLarge ? -1 : largestRoot(islands, mask.width, mask.height);
  const stays = (root: number) => (anyLarge ? islands.areas[root] >= minArea : root === largest);
  return { mask: maskOfComponents(mask, islands, 1, stays), changed: true };
}

function hasSmallComponent({ areas }: Components, minArea: number): boolean {
  return areas.some((area) => area > 0 && area < minArea);
}

/** The mask whose pixels of colour `value` are those of the components that stay. */
function maskOfComponents(
  { width, height }: MaskRuns,
  { segmentCount, starts, ends, roots }: Components,
  value: 0 | 1,
  stays: (root: number) => boolean,
): MaskRuns {
  const other = value === 1 ? 0 : 1;
  const writer = new RunWriter(2 * segmentCount + 2);
  for (let segment = 0; segment < segmentCount; segment++) {
    if (!stays(roots[segment])) continue;
    writer.extendTo(starts[segment], other);
    writer.extendTo(ends[segment], value);
  }
  writer.extendTo(width * height, other);
  return { width, height, runsColumnMajor: writer.finishedRuns(width * height) };
}

/**
 * The largest component; among equals the one that OpenCV labels first. It scans blocks of 2 x 2 pixels, row of blocks
 * after row of blocks, so that is the one with the earliest block.
 */
function largestRoot({ segmentCount, starts, roots, areas }: Components, width: number, height: number): number {
  const largestArea = areas.reduce((largest, area) => Math.max(largest, area), 0);
  const blocksPerRow = (width + 1) >> 1;
  let largest = -1;
  let earliestBlock = Number.POSITIVE_INFINITY;
  for (let segment = 0; segment < segmentCount; segment++) {
    if (areas[roots[segment]] !== largestArea) continue;
    const x = Math.floor(starts[segment] / height);
    const y = starts[segment] - x * height;
    const block = (y >> 1) * blocksPerRow + (x >> 1);
    if (block < earliestBlock) {
      earliestBlock = block;
      largest = roots[segment];
    }
  }
  return largest;
}
