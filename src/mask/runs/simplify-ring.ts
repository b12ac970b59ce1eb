/**
 * Fewer corners for a ring, with a bound: Douglas and Peucker's rule ("Algorithms for the reduction of the number of points required
 * to represent a digitized line", 1973).
 *
 * @module
 */

/** Area inside a ring in pixels; positive when it runs anticlockwise as it is seen (y goes down). */
export function signedAreaOf(ring: readonly number[]): number {
  let twice = 0;
  const { length } = ring;
  for (let i = 0; i < length; i += 2) {
    const next = (i + 2) % length;
    twice += ring[next] * ring[i + 1] - ring[i] * ring[next + 1];
  }
  return twice / 2;
}

/**
 * A ring with some of its corners left out, none of them farther than `tolerance` from the line that is drawn instead. A ring that
 * would have less than three corners, no area or the other direction is given back as it is.
 *
 * @param ring - x0, y0, x1, y1, ...
 * @param tolerance - In pixels.
 */
export function simplifiedRing(ring: readonly number[], tolerance: number): readonly number[] {
  const count = ring.length / 2;
  if (count <= 3) return ring;
  const isKept = new Uint8Array(count);
  const far = farthestFrom(ring, 0);
  isKept[0] = 1;
  isKept[far] = 1;
  keepBetween(ring, { from: 0, to: far }, tolerance, isKept);
  keepBetween(ring, { from: far, to: count }, tolerance, isKept);
  const kept: number[] = [];
  for (let i = 0; i < count; i++) if (isKept[i] === 1) kept.push(ring[2 * i], ring[2 * i + 1]);
  return kept.length >= 6 && signedAreaOf(kept) * signedAreaOf(ring) > 0 ? kept : ring;
}

function farthestFrom(ring: readonly number[], corner: number): number {
  let far = corner;
  let farthest = -1;
  for (let i = 0; i < ring.length / 2; i++) {
    const distance = Math.hypot(ring[2 * i] - ring[2 * corner], ring[2 * i + 1] - ring[2 * corner + 1]);
    if (distance <= farthest) continue;
    farthest = distance;
    far = i;
  }
  return far;
}

/** Marks corners between two that are kept; `to` may be the count of corners, which is the first one again. */
function keepBetween(
  ring: readonly number[],
  span: { readonly from: number; readonly to: number },
  tolerance: number,
  isKept: Uint8Array,
): void {
  const waiting = [span];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { from, to } = next;
    let worst = tolerance;
    let worstAt = -1;
    for (let i = from + 1; i < to; i++) {
      const distance = distanceToSegment(ring, i, from, to % isKept.length);
      if (distance <= worst) continue;
      worst = distance;
      worstAt = i;
    }
    if (worstAt < 0) continue;
    isKept[worstAt] = 1;
    waiting.push({ from, to: worstAt }, { from: worstAt, to });
  }
}

function distanceToSegment(ring: readonly number[], corner: number, from: number, to: number): number {
  const [x, y] = [ring[2 * corner] - ring[2 * from], ring[2 * corner + 1] - ring[2 * from + 1]];
  const [dx, dy] = [ring[2 * to] - ring[2 * from], ring[2 * to + 1] - ring[2 * from + 1]];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / length));
  return Math.hypot(x - share * dx, y - share * dy);
}
