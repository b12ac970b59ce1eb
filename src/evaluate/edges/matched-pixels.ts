/**
 * Which pixels of two edge maps belong together: `correspondPixels` of the Berkeley benchmark (match.cc).
 *
 * @module
 */

import type { BinaryMap } from './binary-map.js';
import { leastCostAssignment, type SparseCosts } from './sparse-assignment.js';

/** Pixels are no further apart than this share of the image's diagonal. */
const MAX_DISTANCE = 0.0075;
/** A pixel that is not matched costs as much as so many of the largest distances. */
const OUTLIER_COST = 100;
/** Distances are counted in hundredths of a pixel, in whole numbers. */
const SCALE = 100;

/** Pixels of a map, as positions in it, and for each position which of them it is. */
interface Pixels {
  readonly positions: Int32Array;
  readonly indexAt: Int32Array;
}

/** The pixels of both maps that have a partner in the other. */
export interface MatchedPixels {
  /** Positions in the maps: pixel `found[i]` belongs to pixel `truth[i]`. */
  readonly found: readonly number[];
  readonly truth: readonly number[];
}

/**
 * Matches the pixels of two maps of one size, each with one of the other at most, so that distances and pixels left over cost least.
 * The benchmark's own solver makes a pixel that has no partner a node with six partners drawn by lot; here it simply costs what those do.
 */
export function matchedPixels(found: BinaryMap, truth: BinaryMap): MatchedPixels {
  const { width, height } = found;
  const distance = MAX_DISTANCE * Math.hypot(width, height);
  const [a, b] = [positionsOf(found), positionsOf(truth)];
  // the search begins at each row: few of them, and few of those in vain
  const isTurned = a.positions.length > b.positions.length;
  const [rows, columns] = isTurned ? [b, a] : [a, b];
  const costs = costsOf(rows, columns, { width, height, distance });
  const columnOf = leastCostAssignment(costs, Math.ceil(OUTLIER_COST * distance * SCALE));
  const ofRows: number[] = [];
  const ofColumns: number[] = [];
  for (const [row, column] of columnOf.entries()) {
    if (column < 0) continue;
    ofRows.push(rows.positions[row]);
    ofColumns.push(columns.positions[column]);
  }
  return isTurned ? { found: ofColumns, truth: ofRows } : { found: ofRows, truth: ofColumns };
}

function positionsOf({ data }: BinaryMap): Pixels {
  const indexAt = new Int32Array(data.length).fill(-1);
  const positions: number[] = [];
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue;
    indexAt[at] = positions.length;
    positions.push(at);
  }
  return { positions: Int32Array.from(positions), indexAt };
}

/** The pairs of pixels that are near enough. */
function costsOf(
  rows: Pixels,
  columns: Pixels,
  { width, height, distance }: { width: number; height: number; distance: number },
): SparseCosts {
  const near = offsetsWithin(distance);
  const firstPairs = new Int32Array(rows.positions.length + 1);
  const columnOf: number[] = [];
  const costs: number[] = [];
  for (const [row, at] of rows.positions.entries()) {
    const x = at % width;
    const y = (at - x) / width;
    for (const { dx, dy, cost } of near) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
      const column = columns.indexAt[at + dy * width + dx];
      if (column < 0) continue;
      columnOf.push(column);
      costs.push(cost);
    }
    firstPairs[row + 1] = columnOf.length;
  }
  return {
    rows: rows.positions.length,
    columns: columns.positions.length,
    firstPairs,
    columnOf: Int32Array.from(columnOf),
    costs: Float64Array.from(costs),
  };
}

function offsetsWithin(distance: number): { dx: number; dy: number; cost: number }[] {
  const reach = Math.ceil(distance);
  const offsets: { dx: number; dy: number; cost: number }[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy > distance * distance) continue;
      offsets.push({ dx, dy, cost: Math.round(Math.sqrt(dx * dx + dy * dy) * SCALE) });
    }
  }
  return offsets;
}
