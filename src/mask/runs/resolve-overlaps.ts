/**
 * A partition out of masks that overlap: every pixel goes to one mask at most.
 *
 * @module
 */

import { IndexHeap } from './index-heap.js';
import { areaOfMaskRuns } from './mask-extent.js';
import { rankedByScore } from './mask-nms.js';
import type { MaskRuns } from './mask-runs.js';
import { requireSameSize } from './run-set-operations.js';
import { RunWriter } from './run-writer.js';

/** Who gets the pixels that several masks claim; between equals the lower index does. */
export type OverlapPriority =
  /** The mask of fewer pixels: parts stay visible in front of wholes. */
  | { readonly wins: 'smaller' }
  /** The mask with the higher score. */
  | { readonly wins: 'higher-scored'; readonly scores: ArrayLike<number> };

/**
 * The same masks without overlaps, in the same order; a mask that others cover altogether comes back empty. Together they
 * have the pixels they had before.
 *
 * One sweep over the image's columns: heaps hold the masks that are still to begin, by place, and those that have
 * begun, by rank. A covered mask is not looked at until what covers it ends, so the cost is that of all runs once, times
 * the logarithm of the number of masks.
 *
 * @param masks - of one size
 * @throws SamError `mask-size-mismatch` if sizes differ
 */
export function masksWithoutOverlaps(masks: readonly MaskRuns[], priority: OverlapPriority): MaskRuns[] {
  if (masks.length === 0) return [];
  for (const mask of masks) requireSameSize(masks[0], mask);
  const { width, height } = masks[0];
  const pixelCount = width * height;
  const runsOf = masks.map((mask) => mask.runsColumnMajor);
  const writers = runsOf.map((runs) => new RunWriter(runs.length));

  // the foreground run that every mask has come to
  const runIndices = new Uint32Array(masks.length);
  const starts = new Float64Array(masks.length);
  const ends = new Float64Array(masks.length);
  const upcoming = new IndexHeap(starts);
  const begun = new IndexHeap(ranksOf(masks, priority));

  /** Puts a mask where its first run that reaches beyond `position` belongs; nowhere if it has none. */
  const advance = (mask: number, position: number) => {
    const runs = runsOf[mask];
    while (ends[mask] <= position) {
      const next = runIndices[mask] + 2;
      if (next >= runs.length) return;
      runIndices[mask] = next;
      starts[mask] = ends[mask] + runs[next - 1];
      ends[mask] = starts[mask] + runs[next];
    }
    if (starts[mask] <= position) begun.push(mask);
    else upcoming.push(mask);
  };
  for (let mask = 0; mask < masks.length; mask++) {
    const runs = runsOf[mask];
    if (runs.length < 2) continue;
    runIndices[mask] = 1;
    starts[mask] = runs[0];
    ends[mask] = runs[0] + runs[1];
    upcoming.push(mask);
  }

  let position = 0;
  while (begun.size > 0 || upcoming.size > 0) {
    if (begun.size === 0) position = Math.max(position, starts[upcoming.top]);
    while (upcoming.size > 0 && starts[upcoming.top] <= position) begun.push(upcoming.pop());
    const winner = begun.top;
    if (ends[winner] <= position) {
      // it ended while covered
      advance(begun.pop(), position);
      continue;
    }
    const until = upcoming.size > 0 ? Math.min(ends[winner], starts[upcoming.top]) : ends[winner];
    writers[winner].extendTo(position, 0);
    writers[winner].extendTo(until, 1);
    position = until;
    if (ends[winner] === until) advance(begun.pop(), position);
  }
  return writers.map((writer) => ({ width, height, runsColumnMajor: writer.finishedRuns(pixelCount) }));
}

/** The place of every mask in the order of priority, 0 first. */
function ranksOf(masks: readonly MaskRuns[], priority: OverlapPriority): Uint32Array {
  const scores = priority.wins === 'smaller' ? masks.map((mask) => -areaOfMaskRuns(mask)) : priority.scores;
  const ranks = new Uint32Array(masks.length);
  rankedByScore(scores).forEach((mask, rank) => {
    ranks[mask] = rank;
  });
  return ranks;
}
