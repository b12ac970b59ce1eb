/**
 * Which points of a grid to ask first: those that look least like the ones before, so that few points meet every object.
 *
 * Farthest-first traversal: each point is the one farthest from all before it. Far apart are points that look different to the image
 * encoder, and, less so, points that lie apart. What the decoder answers plays no part, so the order is known before the first
 * prompt, batches stay full, and any number of points is a prefix of the same order. docs/adaptive-points.md has the
 * comparison with other rules.
 *
 * @module
 */

/** Weight of the squared distance in steps of a 32 x 32 grid beside 1 - cosine. Recall hardly depends on it from 0.0005 to 0.05. */
const NEARNESS = 0.02;
const STEPS = 32;

/**
 * The first points of the order.
 *
 * @param unitGrid - [N, 2] x, y as fractions of the crop's sides.
 * @param features - [N, C] of the same points, each row of length 1.
 * @param count - How many are wanted, at most N.
 * @returns indices of points; the one nearest to the middle first, the lowest index of equals after that
 */
export function spreadOrder(unitGrid: Float64Array, features: Float32Array, count: number): Int32Array {
  const points = unitGrid.length / 2;
  const channels = features.length / points;
  const order = new Int32Array(Math.min(count, points));
  // to the nearest point of the order so far; -1 for the points of the order themselves
  const distances = new Float64Array(points).fill(Number.POSITIVE_INFINITY);
  let next = nearestToMiddle(unitGrid);
  for (let k = 0; k < order.length; k++) {
    const last = next;
    const [x, y] = [unitGrid[2 * last], unitGrid[2 * last + 1]];
    order[k] = last;
    distances[last] = -1;
    next = last;
    for (let i = 0; i < points; i++) {
      const apart = NEARNESS * STEPS * STEPS * ((unitGrid[2 * i] - x) ** 2 + (unitGrid[2 * i + 1] - y) ** 2);
      // looks only add to it: most points are too far away to be nearer to this one than to an earlier one
      if (apart < distances[i]) {
        const distance = apart + 1 - scalarProduct(features, i * channels, last * channels, channels);
        if (distance < distances[i]) distances[i] = distance;
      }
      if (distances[i] > distances[next]) next = i;
    }
  }
  return order;
}

/** The point nearest to the middle, the last of equals. */
function nearestToMiddle(unitGrid: Float64Array): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < unitGrid.length / 2; i++) {
    const distance = (unitGrid[2 * i] - 0.5) ** 2 + (unitGrid[2 * i + 1] - 0.5) ** 2;
    // the four middle points of an even grid are equally near but for their last bit
    if (distance > least + 1e-12) continue;
    least = Math.min(least, distance);
    nearest = i;
  }
  return nearest;
}

function scalarProduct(values: Float32Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[a + i] * values[b + i];
  return sum;
}
