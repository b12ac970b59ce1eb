/**
 * Outlines of a mask as polygons, from its runs: the cost follows the outline and not the area.
 *
 * Rings go along the edges of pixels, so their corners are whole numbers from 0 to width and height. Filled by the even-odd rule at
 * the centres of pixels, the rings give the mask back exactly.
 *
 * @module
 */

import { columnEndsOf } from './column-ends.js';
import type { MaskRuns } from './mask-runs.js';
import { simpleRingsOf } from './simple-rings.js';
import { signedAreaOf, simplifiedRing } from './simplify-ring.js';

/** The corners of a closed line: x0, y0, x1, y1, ... in pixels. The first corner is not repeated at the end. */
export type Ring = readonly number[];

/** A connected piece of a mask. */
export interface Polygon {
  /** Anticlockwise as it is seen, where y goes down. */
  readonly outer: Ring;
  /** Each clockwise as it is seen. They meet each other and the outer ring at corners at most. */
  readonly holes: readonly Ring[];
}

/** Options of {@link polygonsOfMaskRuns}. */
export interface TraceOptions {
  /** How far in pixels a left-out corner may lie from the line that is drawn instead; 0 is exact. @default 0 */
  readonly simplify?: number;
}

/**
 * The polygons of a mask: one for each piece that hangs together by edges of pixels, in the order of their leftmost columns. Pieces
 * that touch at a corner are two polygons, and no ring touches itself.
 *
 * A ring that would vanish by being simplified keeps all of its corners.
 */
export function polygonsOfMaskRuns(mask: MaskRuns, { simplify = 0 }: TraceOptions = {}): Polygon[] {
  const polygons = new Map<number, { outer: Ring; holes: Ring[] }>();
  const holes: [piece: number, ring: Ring][] = [];
  for (const { piece, ring } of tracedRings(mask)) {
    for (const simple of simpleRingsOf(ring)) {
      const drawn = simplify > 0 ? simplifiedRing(simple, simplify) : simple;
      if (signedAreaOf(simple) > 0) polygons.set(piece, { outer: drawn, holes: [] });
      else holes.push([piece, drawn]);
    }
  }
  for (const [piece, ring] of holes) polygons.get(piece)?.holes.push(ring);
  return [...polygons.values()];
}

/**
 * Follows every outline. The ends of a column's segments are horizontal edges one pixel long; at each boundary between two columns, the
 * edges that end there are joined two by two, straight on or by a vertical edge, so that rings are found by going from join to join.
 */
function* tracedRings(mask: MaskRuns): Generator<{ piece: number; ring: number[] }> {
  const { ys, columns, joinedLeft, joinedRight, pieceOf } = joinedEdges(mask);
  const visited = new Uint8Array(ys.length);
  for (let first = 0; first < ys.length; first++) {
    if (visited[first] === 1) continue;
    const ring: number[] = [];
    let edge = first;
    // the top of a segment has the mask below: with the mask at the left hand it is gone along from right to left
    let goesRight = (first & 1) === 1;
    do {
      visited[edge] = 1;
      const x = columns[edge] + (goesRight ? 1 : 0);
      const join = goesRight ? joinedRight[edge] : joinedLeft[edge];
      const next = join >> 1;
      if (ys[next] !== ys[edge]) ring.push(x, ys[edge], x, ys[next]);
      // an edge that is entered at its left end is left at its right one
      goesRight = (join & 1) === 0;
      edge = next;
    } while (edge !== first);
    yield { piece: pieceOf(first >> 1), ring };
  }
}

/** Horizontal edges and how they are joined; a join is twice the edge, plus 1 for its right end. */
interface JoinedEdges {
  readonly ys: Float64Array;
  readonly columns: Uint32Array;
  readonly joinedLeft: Uint32Array;
  readonly joinedRight: Uint32Array;
  /** The piece that a segment is of, named by one of its segments. */
  pieceOf(segment: number): number;
}

function joinedEdges(mask: MaskRuns): JoinedEdges {
  const { ys, columns, firstEdges } = columnEndsOf(mask);
  const joinedLeft = new Uint32Array(ys.length);
  const joinedRight = new Uint32Array(ys.length);
  const parents = Uint32Array.from({ length: ys.length / 2 }, (_, i) => i);
  const pieceOf = (segment: number): number => {
    let at = segment;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  };
  const setJoin = (end: number, other: number) => {
    if ((end & 1) === 1) joinedRight[end >> 1] = other;
    else joinedLeft[end >> 1] = other;
  };
  for (let x = 0; x <= mask.width; x++) {
    let left = x === 0 ? 0 : firstEdges[x - 1];
    const leftEnd = x === 0 ? 0 : firstEdges[x];
    let right = firstEdges[x];
    const rightEnd = firstEdges[Math.min(x + 1, mask.width)];
    // the end that waits for the other one of its join
    let waiting = -1;
    while (left < leftEnd || right < rightEnd) {
      const leftY = left < leftEnd ? ys[left] : Number.POSITIVE_INFINITY;
      const rightY = right < rightEnd ? ys[right] : Number.POSITIVE_INFINITY;
      const isInLeft = (left & 1) === 1 && left < leftEnd;
      const isInRight = (right & 1) === 1 && right < rightEnd;
      // where both sides are inside up to here, the two segments are neighbours
      if (isInLeft && isInRight) parents[pieceOf(left >> 1)] = pieceOf(right >> 1);
      // at a corner of four edges the side that ends goes first: pieces that touch there stay apart
      const isLeftNext = leftY < rightY || (leftY === rightY && (isInLeft || !isInRight));
      const end = isLeftNext ? 2 * left++ + 1 : 2 * right++;
      if (waiting < 0) {
        waiting = end;
        continue;
      }
      setJoin(waiting, end);
      setJoin(end, waiting);
      waiting = -1;
    }
  }
  return { ys, columns, joinedLeft, joinedRight, pieceOf };
}
