/**
 * A polygon as a mask, to the pixel as COCO's tools draw it. Follows rleFrPoly of pycocotools (common/maskApi.c).
 *
 * @module
 */

import { type MaskRuns, maskRuns, maskRunsOfEmpty } from './mask-runs.js';
import { unionOfMaskRuns } from './run-set-operations.js';

/** Outlines are followed on a grid this much finer than pixels. */
const SCALE = 5;

/**
 * The mask of an object that COCO gives as polygons: all that any of them covers.
 *
 * @param polygons - each x0, y0, x1, y1, ... in pixels
 */
export function maskRunsOfPolygons(polygons: readonly (readonly number[])[], width: number, height: number): MaskRuns {
  return polygons.reduce<MaskRuns>(
    (sum, polygon) => unionOfMaskRuns(sum, maskRunsOfPolygon(polygon, width, height)),
    maskRunsOfEmpty(width, height),
  );
}

function maskRunsOfPolygon(polygon: readonly number[], width: number, height: number): MaskRuns {
  const { xs, ys } = outlineOf(polygon);
  const changes: number[] = [];
  for (let j = 1; j < xs.length; j++) {
    if (xs[j] === xs[j - 1]) continue;
    const column = ((xs[j] < xs[j - 1] ? xs[j] : xs[j] - 1) + 0.5) / SCALE - 0.5;
    if (Math.floor(column) !== column || column < 0 || column > width - 1) continue;
    const row = (Math.min(ys[j], ys[j - 1]) + 0.5) / SCALE - 0.5;
    changes.push(column * height + Math.ceil(Math.min(Math.max(row, 0), height)));
  }
  changes.push(width * height);
  changes.sort((a, b) => a - b);
  // the colour changes at each; what stands there twice is a run of 0, which maskRuns joins
  return maskRuns(
    width,
    height,
    Uint32Array.from(changes, (change, i) => change - (i > 0 ? changes[i - 1] : 0)),
  );
}

/** All grid points on the outline, side after side. */
function outlineOf(polygon: readonly number[]): { readonly xs: number[]; readonly ys: number[] } {
  const corners = polygon.map((value) => Math.trunc(SCALE * value + 0.5));
  const xs: number[] = [];
  const ys: number[] = [];
  const count = Math.floor(corners.length / 2);
  for (let corner = 0; corner < count; corner++) {
    const next = (corner + 1) % count;
    addSide(xs, ys, corners[2 * corner], corners[2 * corner + 1], corners[2 * next], corners[2 * next + 1]);
  }
  return { xs, ys };
}

/** One step a grid point along the longer axis, always counted from its lower end, so that rounding is the same both ways. */
function addSide(xs: number[], ys: number[], fromX: number, fromY: number, toX: number, toY: number): void {
  const dx = Math.abs(toX - fromX);
  const dy = Math.abs(toY - fromY);
  const isWide = dx >= dy;
  const isFlipped = isWide ? fromX > toX : fromY > toY;
  const [x, y] = isFlipped ? [toX, toY] : [fromX, fromY];
  const slope = isWide ? (isFlipped ? fromY - toY : toY - fromY) / dx : (isFlipped ? fromX - toX : toX - fromX) / dy;
  const steps = Math.max(dx, dy);
  for (let step = 0; step <= steps; step++) {
    const t = isFlipped ? steps - step : step;
    // a side without length has no slope
    const across = steps === 0 ? 0 : slope * t;
    xs.push(isWide ? x + t : Math.trunc(x + across + 0.5));
    ys.push(isWide ? Math.trunc(y + across + 0.5) : y + t);
  }
}
