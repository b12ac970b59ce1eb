import type { MaskRuns } from './mask-runs.js';

/** Where the foreground begins and ends in each column: edge 2i is the top of segment i, edge 2i + 1 its foot. */
export interface ColumnEnds {
  /** y of each edge, from 0 to height. */
  readonly ys: Float64Array;
  /** The column of each edge. */
  readonly columns: Uint32Array;
  /** The first edge of each column, and the count of all behind the last. */
  readonly firstEdges: Uint32Array;
}

/** The segments of each column, from left to right and from top to foot. */
export function columnEndsOf({ width, height, runsColumnMajor }: MaskRuns): ColumnEnds {
  // each run may be cut at every column's end that it passes
  const room = 2 * ((runsColumnMajor.length >> 1) + width);
  const ys = new Float64Array(room);
  const columns = new Uint32Array(room);
  const firstEdges = new Uint32Array(width + 1);
  let count = 0;
  let column = 0;
  for (let i = 1, at = runsColumnMajor[0]; i < runsColumnMajor.length; i += 2) {
    const end = at + runsColumnMajor[i];
    while (at < end) {
      const x = Math.floor(at / height);
      while (column < x) firstEdges[++column] = count;
      const stop = Math.min(end, (x + 1) * height);
      columns[count] = x;
      ys[count++] = at - x * height;
      columns[count] = x;
      ys[count++] = stop - x * height;
      at = stop;
    }
    at = end + (runsColumnMajor[i + 1] ?? 0);
  }
  while (column < width) firstEdges[++column] = count;
  return { ys: ys.subarray(0, count), columns: columns.subarray(0, count), firstEdges };
}
