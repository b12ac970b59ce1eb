/** A corner as a key. */
function keyOf(x: number, y: number): string {
  return `${x},${y}`;
}

/**
 * A ring that may come back to a corner, cut there into rings that do not.
 *
 * @param ring - x0, y0, x1, y1, ...
 */
export function simpleRingsOf(ring: readonly number[]): number[][] {
  const rings: number[][] = [];
  const open: number[] = [];
  const places = new Map<string, number>();
  for (let i = 0; i < ring.length; i += 2) {
    const [x, y] = [ring[i], ring[i + 1]];
    const before = places.get(keyOf(x, y));
    if (before !== undefined) {
      const loop = open.splice(before);
      // the corner itself stays, to go on from
      for (let j = 2; j < loop.length; j += 2) places.delete(keyOf(loop[j], loop[j + 1]));
      rings.push(loop);
    }
    places.set(keyOf(x, y), open.length);
    open.push(x, y);
  }
  rings.push(open);
  return rings.map(withoutStraightCorners);
}

/** Where loops were cut off, the line may go straight on. */
function withoutStraightCorners(ring: readonly number[]): number[] {
  const kept: number[] = [];
  const { length } = ring;
  for (let i = 0; i < length; i += 2) {
    const [x, y] = [ring[i], ring[i + 1]];
    const [beforeX, beforeY] = [ring[(i + length - 2) % length], ring[(i + length - 1) % length]];
    const [nextX, nextY] = [ring[(i + 2) % length], ring[(i + 3) % length]];
    if ((beforeX === x && nextX === x) || (beforeY === y && nextY === y)) continue;
    kept.push(x, y);
  }
  return kept;
}
