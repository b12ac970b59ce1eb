/**
 * Points, so many at a time.
 *
 * @param pointsXy - [N, 2] x, y.
 * @param most - Points of a batch, at least 1.
 * @returns copies, each [most, 2] but for the last
 */
export function batchesOf(pointsXy: Float64Array, most: number): Float64Array[] {
  const count = Math.ceil(pointsXy.length / 2 / most);
  return Array.from({ length: count }, (_, i) => pointsXy.slice(2 * i * most, 2 * (i + 1) * most));
}
