/**
 * Regular grids of points, one grid a crop layer.
 *
 * Unit grids hold x, y pairs as fractions of a crop's width and height: `grid[2 * i]` is x and `grid[2 * i + 1]` is y of
 * point i.
 *
 * @module
 */

import { SamError } from '../../errors.js';

/**
 * A regular grid of `pointsPerSide`² points at (i + 0.5) / pointsPerSide, x fastest.
 *
 * @param pointsPerSide - at least 1
 * @returns [pointsPerSide², 2] x, y between 0 and 1
 */
function unitPointGrid(pointsPerSide: number): Float64Array {
  if (!Number.isInteger(pointsPerSide) || pointsPerSide < 1) {
    throw new SamError(
      'bad-point-grid',
      `Expected an integer of at least 1 for points per side but received ${pointsPerSide}`,
    );
  }
  // steps added up from the first point, and the last one set, as the reference's linspace rounds: the same to the bit
  const first = 1 / (2 * pointsPerSide);
  const last = 1 - first;
  const step = (last - first) / (pointsPerSide - 1);
  const side = new Float64Array(pointsPerSide);
  for (let i = 0; i < pointsPerSide - 1; i++) side[i] = i * step + first;
  side[pointsPerSide - 1] = last;

  const grid = new Float64Array(2 * pointsPerSide * pointsPerSide);
  for (let row = 0, at = 0; row < pointsPerSide; row++) {
    for (let column = 0; column < pointsPerSide; column++) {
      grid[at++] = side[column];
      grid[at++] = side[row];
    }
  }
  return grid;
}

/**
 * The unit grid of every crop layer, layer 0 being the whole image: layer i has
 * floor(pointsPerSide / downscaleFactor ** i) points a side.
 *
 * @param cropNLayers - layers beyond the whole image, at least 0
 * @param downscaleFactor - `crop_n_points_downscale_factor` of the reference, at least 1
 * @returns cropNLayers + 1 grids
 * @throws SamError `bad-point-grid` if a layer is left without a point (the reference divides by zero there)
 */
export function unitPointGridsByLayer(
  pointsPerSide: number,
  cropNLayers: number,
  downscaleFactor: number,
): Float64Array[] {
  return Array.from({ length: cropNLayers + 1 }, (_, layer) => {
    const pointsOfLayer = Math.trunc(pointsPerSide / downscaleFactor ** layer);
    if (layer > 0 && pointsOfLayer < 1) {
      throw new SamError(
        'bad-point-grid',
        `Expected at least 1 point per side in crop layer ${layer} but received ${pointsPerSide} / ${downscaleFactor}^${layer}`,
        'Use more points per side, fewer crop layers or a smaller crop_n_points_downscale_factor.',
      );
    }
    return unitPointGrid(pointsOfLayer);
  });
}
