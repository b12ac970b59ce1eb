/**
 * Grids a user brings along, instead of regular ones.
 *
 * @module
 */

import { SamError } from '../../errors.js';

/**
 * Unit grids from parsed JSON: one list of [x, y] pairs a crop layer, fractions of the crop's width and height, as the
 * reference's `point_grids`.
 *
 * @param value - e.g. `[[[0.5, 0.5]], [[0.25, 0.25], [0.75, 0.75]]]` for one crop layer
 * @param cropNLayers - layers beyond the whole image
 * @returns cropNLayers + 1 grids of flat x, y pairs
 * @throws SamError `bad-point-grid` naming what is wrong and where
 */
export function unitPointGridsFromLists(value: unknown, cropNLayers: number): Float64Array[] {
  if (!Array.isArray(value)) throw refused('a list of grids, one for each crop layer, for point grids', value);
  if (value.length !== cropNLayers + 1) {
    throw refused(`${cropNLayers + 1} grids (the whole image and ${cropNLayers} crop layers)`, value.length);
  }
  return value.map((points: unknown, layer) => {
    if (!Array.isArray(points) || points.length === 0) throw refused(`a list of points for grid ${layer}`, points);
    return Float64Array.from(points.flatMap((point: unknown, index) => unitPoint(point, layer, index)));
  });
}

function unitPoint(point: unknown, layer: number, index: number): number[] {
  const isFraction = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1;
  if (!Array.isArray(point) || point.length !== 2 || !point.every(isFraction)) {
    throw refused(`[x, y] between 0 and 1 for point ${index} of grid ${layer}`, point);
  }
  return point as number[];
}

function refused(expected: string, received: unknown): SamError {
  const shown = JSON.stringify(received) ?? String(received);
  return new SamError(
    'bad-point-grid',
    `Expected ${expected} but received ${shown.length > 60 ? `${shown.slice(0, 60)}...` : shown}`,
    'Points are fractions of the crop: [[[0.5, 0.5]]] is one point in the middle of the image.',
  );
}
