import type { PointSource } from './point-source.js';

/**
 * Asks every point of a grid, whatever is found.
 *
 * @param unitGridsByLayer - One grid a crop layer, [N, 2] fractions of the crop's width and height.
 */
export function gridPoints(unitGridsByLayer: readonly Float64Array[]): PointSource {
  return {
    countIn: ({ layer }) => unitGridsByLayer[layer].length / 2,
    pointsIn({ layer, boxXyxy: [x0, y0, x1, y1] }) {
      const pointsXy = pointsInCropXy(unitGridsByLayer[layer], x1 - x0, y1 - y0);
      let at = 0;
      return {
        next(most) {
          if (at === pointsXy.length) return undefined;
          const batch = pointsXy.subarray(at, at + 2 * most);
          at += batch.length;
          return batch;
        },
      };
    },
  };
}

/**
 * A unit grid in the pixels of a crop.
 *
 * @param unitGrid - [N, 2] fractions
 * @returns [N, 2] x, y in pixels of the crop, between 0 and its width or height
 */
function pointsInCropXy(unitGrid: Float64Array, cropWidth: number, cropHeight: number): Float64Array {
  const points = new Float64Array(unitGrid.length);
  for (let i = 0; i < unitGrid.length; i += 2) {
    points[i] = unitGrid[i] * cropWidth;
    points[i + 1] = unitGrid[i + 1] * cropHeight;
  }
  return points;
}
