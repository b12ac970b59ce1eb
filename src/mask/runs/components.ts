/**
 * Connected components on runs: union-find over the pieces that runs leave in each column, so the cost follows the
 * outline of a mask and not its area.
 *
 * @module
 */

import type { MaskRuns } from './mask-runs.js';

/** The 8-connected components of a mask's foreground or background, as column segments. */
export interface Components {
  readonly segmentCount: number;
  /** Column-major position (x * height + y) of every segment's first pixel, ascending. Longer than segmentCount. */
  readonly starts: Uint32Array;
  /** Position after every segment's last pixel; a segment never leaves its column. */
  readonly ends: Uint32Array;
  /** The component of every segment, named by the index of its first segment. */
  readonly roots: Uint32Array;
  /** Pixels of component r at index r; 0 at other indices. */
  readonly areas: Uint32Array;
}

/**
 * The 8-connected components of a mask.
 *
 * @param value - 1: of its foreground, 0: of its background, including what surrounds the mask
 */
export function componentsOfMaskRuns(mask: MaskRuns, value: 0 | 1): Components {
  const { width, height, runsColumnMajor } = mask;
  const runCount = runsColumnMajor.length;
  // every column boundary cuts at most one run
  const capacity = (runCount >> 1) + 1 + width;
  const starts = new Uint32Array(capacity);
  const ends = new Uint32Array(capacity);
  const parents = new Uint32Array(capacity);
  let segmentCount = 0;

  let columnEnd = height;
  let firstOfColumn = 0;
  // segments of the column before that may still touch what comes
  let neighbour = 0;
  let neighboursEnd = 0;
  let at = 0;
  for (let i = 0; i < runCount; i++) {
    const runEnd = at + runsColumnMajor[i];
    if ((i & 1) !== value) {
      at = runEnd;
      continue;
    }
    while (at < runEnd) {
      if (at >= columnEnd) {
        const columnsOn = Math.floor((at - columnEnd) / height) + 1;
        columnEnd += columnsOn * height;
        // after a column without segments there is nothing to touch
        neighbour = columnsOn === 1 ? firstOfColumn : segmentCount;
        neighboursEnd = segmentCount;
        firstOfColumn = segmentCount;
      }
      const end = Math.min(runEnd, columnEnd);
      const segment = segmentCount++;
      starts[segment] = at;
      ends[segment] = end;
      parents[segment] = segment;
      // diagonal neighbours touch too, so a gap of 0 rows between the ends is enough
      while (neighbour < neighboursEnd && ends[neighbour] + height < at) neighbour++;
      for (let other = neighbour; other < neighboursEnd && starts[other] + height <= end; other++) {
        union(parents, other, segment);
      }
      at = end;
    }
  }

  const areas = new Uint32Array(segmentCount);
  for (let segment = 0; segment < segmentCount; segment++) {
    // parents come first, so theirs is a root already
    const root = parents[parents[segment]];
    parents[segment] = root;
    areas[root] += ends[segment] - starts[segment];
  }
  return { segmentCount, starts, ends, roots: parents, areas };
}

/** Joins two components under the earlier of their first segments. */
function union(parents: Uint32Array, a: number, b: number): void {
  const rootA = findRoot(parents, a);
  const rootB = findRoot(parents, b);
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

function findRoot(parents: Uint32Array, segment: number): number {
  let at = segment;
  while (parents[at] !== at) {
    // halve the path on the way
    parents[at] = parents[parents[at]];
    at = parents[at];
  }
  return at;
}

/** Pixels of the largest 8-connected component of a mask's foreground; 0 for an empty mask. */
export function largestComponentAreaOfMaskRuns(mask: MaskRuns): number {
  let largest = 0;
  for (const area of componentsOfMaskRuns(mask, 1).areas) if (area > largest) largest = area;
  return largest;
}
