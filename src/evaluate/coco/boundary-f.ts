/**
 * How well the outline of a mask follows that of an object. The F-measure of Perazzi et al., "A Benchmark Dataset and Evaluation
 * Methodology for Video Object Segmentation" (CVPR 2016), as DAVIS' code counts it (f_boundary.py).
 *
 * @module
 */

import type { MaskRuns } from '../../mask/runs/mask-runs.js';

/** Outlines agree where they are no further apart than this share of the image's diagonal. */
const TOLERANCE = 0.008;

/** Pixels of an outline, as positions in column-major order. */
type Outline = Uint32Array;

/** Harmonic mean of the shares of either outline that lie near the other, 0 to 1. */
export function boundaryF(mask: MaskRuns, truth: MaskRuns): number {
  const { width, height } = truth;
  const radius = Math.ceil(TOLERANCE * Math.hypot(width, height));
  const [found, wanted] = [outlineOf(mask), outlineOf(truth)];
  if (found.length === 0 && wanted.length === 0) return 1;
  if (found.length === 0 || wanted.length === 0) return 0;
  const precision = shareNear(found, wanted, radius, width, height);
  const recall = shareNear(wanted, found, radius, width, height);
  return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

/** Pixels that differ from the pixel right of them, below them or at both: seg2bmap of the Berkeley benchmark. */
function outlineOf({ width, height, runsColumnMajor }: MaskRuns): Outline {
  let column = new Uint8Array(height);
  let next = new Uint8Array(height);
  const outline: number[] = [];
  const fill = columnFiller(runsColumnMajor, height);
  fill(column);
  for (let x = 0; x < width; x++) {
    const isLast = x === width - 1;
    if (!isLast) fill(next);
    for (let y = 0; y < height; y++) {
      const right = isLast ? column[y] : next[y];
      const below = y === height - 1 ? column[y] : column[y + 1];
      const both = isLast || y === height - 1 ? column[y] : next[y + 1];
      if (column[y] !== right || column[y] !== below || column[y] !== both) outline.push(x * height + y);
    }
    [column, next] = [next, column];
  }
  return Uint32Array.from(outline);
}

/** Writes one column after the other. */
function columnFiller(runs: Uint32Array, height: number): (column: Uint8Array) => void {
  let run = 0;
  let left = runs[0];
  return (column) => {
    for (let y = 0; y < height; ) {
      while (left === 0) left = runs[++run];
      const length = Math.min(left, height - y);
      column.fill(run % 2, y, y + length);
      y += length;
      left -= length;
    }
  };
}

/** Share of an outline's pixels that lie within a disc of the other's pixels. */
function shareNear(outline: Outline, other: Outline, radius: number, width: number, height: number): number {
  const reach = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radius ** 2 - (i - radius) ** 2)),
  );
  // only columns that a disc can touch
  const first = Math.max(0, Math.floor(other[0] / height) - radius);
  const last = Math.min(width - 1, Math.floor(other[other.length - 1] / height) + radius);
  // for each column where discs begin and end: a pixel is near while more have begun than ended
  const room = height + 1;
  const changes = new Int32Array((last - first + 1) * room);
  for (const position of other) {
    const x = Math.floor(position / height);
    const y = position % height;
    for (let dx = -radius; dx <= radius; dx++) {
      if (x + dx < first || x + dx > last) continue;
      const base = (x + dx - first) * room;
      changes[base + Math.max(0, y - reach[dx + radius])]++;
      changes[base + Math.min(height, y + reach[dx + radius] + 1)]--;
    }
  }
  // every column's changes sum to 0, so that one sum can run through all
  for (let i = 1; i < changes.length; i++) changes[i] += changes[i - 1];
  let near = 0;
  for (const position of outline) {
    const x = Math.floor(position / height);
    if (x >= first && x <= last && changes[(x - first) * room + (position % height)] > 0) near++;
  }
  return near / outline.length;
}
