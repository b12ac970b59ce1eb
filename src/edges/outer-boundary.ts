import { columnEndsOf } from '../mask/runs/column-ends.js';
import type { MaskRuns } from '../mask/runs/mask-runs.js';

/**
 * The pixels just outside a mask: those that do not belong to it and have one of its pixels among their eight neighbours. What a
 * 3 x 3 dilation adds.
 *
 * @returns positions `y * width + x`, column after column.
 */
export function outerBoundaryOf(mask: MaskRuns): Uint32Array {
  const { width, height } = mask;
  const { ys, firstEdges } = columnEndsOf(mask);
  const boundary: number[] = [];
  const spans: (readonly [start: number, end: number])[] = [];
  for (let x = 0; x < width; x++) {
    const from = firstEdges[Math.max(0, x - 1)];
    const to = firstEdges[Math.min(width, x + 2)];
    if (from === to) continue;
    spans.length = 0;
    for (let edge = from; edge < to; edge += 2)
      spans.push([Math.max(0, ys[edge] - 1), Math.min(height, ys[edge + 1] + 1)]);
    spans.sort(([a], [b]) => a - b);
    let own = firstEdges[x];
    let y = 0;
    for (const [start, end] of spans) {
      y = Math.max(y, start);
      while (y < end) {
        while (own < firstEdges[x + 1] && ys[own + 1] <= y) own += 2;
        const isInside = own < firstEdges[x + 1] && ys[own] <= y;
        if (isInside) y = Math.min(end, ys[own + 1]);
        else boundary.push(y++ * width + x);
      }
    }
  }
  return Uint32Array.from(boundary);
}
