import type { Polygon, Ring } from './trace-polygons.js';

/** Corners that are looked at to find the shortest slit; of larger rings, every so many. */
const CORNERS_COMPARED = 512;

/**
 * Polygons as one closed line, for formats that know no holes and no second piece: rings are joined by slits that are gone along there
 * and back, so that they have no width, and the even-odd rule fills the same pixels.
 *
 * @returns x0, y0, x1, y1, ...; empty for no polygons.
 */
export function keyholeRingOf(polygons: readonly Polygon[]): Ring {
  const [first, ...others] = polygons.flatMap(({ outer, holes }) => [outer, ...holes]);
  if (!first) return [];
  let joined = [...first];
  for (const ring of others) {
    const { at, of } = nearestCorners(joined, ring);
    const around = [...ring.slice(of), ...ring.slice(0, of + 2)];
    joined = [...joined.slice(0, at + 2), ...around, ...joined.slice(at)];
  }
  return joined;
}

/** Offsets of the two corners, one of each ring, that lie nearest to each other. */
function nearestCorners(ring: Ring, other: Ring): { at: number; of: number } {
  const stepOf = ({ length }: Ring) => 2 * Math.max(1, Math.ceil(length / 2 / CORNERS_COMPARED));
  const [step, otherStep] = [stepOf(ring), stepOf(other)];
  let best = Number.POSITIVE_INFINITY;
  let nearest = { at: 0, of: 0 };
  for (let at = 0; at < ring.length; at += step) {
    for (let of = 0; of < other.length; of += otherStep) {
      const distance = (ring[at] - other[of]) ** 2 + (ring[at + 1] - other[of + 1]) ** 2;
      if (distance >= best) continue;
      best = distance;
      nearest = { at, of };
    }
  }
  return nearest;
}
