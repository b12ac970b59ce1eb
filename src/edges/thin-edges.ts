/**
 * Edges of several pixels' width made one pixel wide: what Canny calls non-maximum suppression, as the edge detection literature does
 * it since Dollár and Zitnick, "Fast Edge Detection Using Structured Forests" (2015): the direction of an edge comes from the second
 * derivatives of the smoothed map.
 *
 * @module
 */

import type { ImageSize } from '../sam/rgb-image.js';

/** Radius of the triangle filter before derivatives are taken, in pixels. */
const SMOOTHING = 4;
/** Pixels on either side of an edge that are compared with it. */
const REACH = 2;
/** A pixel counts as so much stronger than it is: equal neighbours must not remove each other by a rounding. */
const ADVANTAGE = 1.01;

/**
 * Keeps a pixel where no place across its edge, one or two pixels away on either side, is stronger; others become 0.
 *
 * @param strengths - [height, width] 0 or more.
 * @returns a new map
 */
export function thinnedEdges(strengths: Float32Array, size: ImageSize): Float32Array {
  const { width, height } = size;
  const thin = strengths.slice();
  const normals = normalsOf(strengths, size);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const strength = strengths[at];
      if (strength === 0) continue;
      const [cos, sin] = [Math.cos(normals[at]), Math.sin(normals[at])];
      for (let step = -REACH; step <= REACH; step++) {
        if (step === 0 || strength * ADVANTAGE >= blended(strengths, size, x + step * cos, y + step * sin)) continue;
        thin[at] = 0;
        break;
      }
    }
  }
  return thin;
}

/** The value between four pixels; beyond the border that of the border. */
function blended(values: Float32Array, { width, height }: ImageSize, x: number, y: number): number {
  const [inX, inY] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];
  const [x0, y0] = [Math.floor(inX), Math.floor(inY)];
  const [x1, y1] = [Math.min(x0 + 1, width - 1), Math.min(y0 + 1, height - 1)];
  const [right, below] = [inX - x0, inY - y0];
  const upper = values[y0 * width + x0] * (1 - right) + values[y0 * width + x1] * right;
  const lower = values[y1 * width + x0] * (1 - right) + values[y1 * width + x1] * right;
  return upper * (1 - below) + lower * below;
}

/**
 * For each pixel the angle across the edge that it lies on: where the smoothed map bends down most, which is the eigenvector of the
 * smaller eigenvalue of its second derivatives.
 */
function normalsOf(strengths: Float32Array, size: ImageSize): Float64Array {
  const smooth = smoothed(smoothed(Float64Array.from(strengths), size, 'x'), size, 'y');
  const dx = derivative(smooth, size, 'x');
  const dxx = derivative(dx, size, 'x');
  const dxy = derivative(dx, size, 'y');
  const dyy = derivative(derivative(smooth, size, 'y'), size, 'y');
  return dxx.map((xx, i) => (Math.atan2(2 * dxy[i], xx - dyy[i]) + Math.PI) / 2);
}

/** One axis of a map: how far its neighbours are apart in memory. */
interface Lines {
  readonly length: number;
  readonly count: number;
  /** From a value to the next one of its line. */
  readonly step: number;
  /** From the beginning of a line to that of the next one. */
  readonly stride: number;
}

function linesOf({ width, height }: ImageSize, axis: 'x' | 'y'): Lines {
  return axis === 'x'
    ? { length: width, count: height, step: 1, stride: width }
    : { length: height, count: width, step: width, stride: 1 };
}

/** Weighs neighbours along an axis by a triangle; beyond the border the map is mirrored. */
function smoothed(values: Float64Array, size: ImageSize, axis: 'x' | 'y'): Float64Array {
  const { length, count, step, stride } = linesOf(size, axis);
  const smooth = new Float64Array(values.length);
  const mirrored = (i: number) => {
    const at = ((i % (2 * length)) + 2 * length) % (2 * length);
    return at < length ? at : 2 * length - 1 - at;
  };
  for (let i = 0; i < length; i++) {
    for (let tap = -SMOOTHING; tap <= SMOOTHING; tap++) {
      const weight = (SMOOTHING + 1 - Math.abs(tap)) / (SMOOTHING + 1) ** 2;
      const from = mirrored(i + tap) * step;
      for (let line = 0; line < count; line++)
        smooth[i * step + line * stride] += weight * values[from + line * stride];
    }
  }
  return smooth;
}

/** Half the difference of both neighbours along an axis; at the border the difference of the border and its neighbour. */
function derivative(values: Float64Array, size: ImageSize, axis: 'x' | 'y'): Float64Array {
  const { length, count, step, stride } = linesOf(size, axis);
  const slopes = new Float64Array(values.length);
  for (let i = 0; i < length; i++) {
    const before = Math.max(0, i - 1);
    const after = Math.min(length - 1, i + 1);
    const apart = Math.max(1, after - before);
    for (let line = 0; line < count; line++) {
      const at = line * stride;
      slopes[i * step + at] = (values[after * step + at] - values[before * step + at]) / apart;
    }
  }
  return slopes;
}
