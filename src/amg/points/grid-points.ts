import type { CropBox } from './crop-boxes.js';
import type { PointSource } from './point-source.js';
import { spreadOrder } from './spread-order.js';

/**
 * Asks the points of a grid, whatever is found: all of them, or those that look least alike.
 *
 * @param unitGridsByLayer - One grid a crop layer, [N, 2] fractions of the crop's width and height.
 * @param shareAsked - Share of each grid's points that is asked, above 0 to 1; see spread-order.ts for which. @default all
 */
export function gridPoints(unitGridsByLayer: readonly Float64Array[], shareAsked = 1): PointSource {
  const countIn = ({ layer }: CropBox) => Math.max(1, Math.round((unitGridsByLayer[layer].length / 2) * shareAsked));
  return {
    countIn,
    pointsIn(crop, encoded) {
      const { width, height } = encoded;
      const unitGrid = unitGridsByLayer[crop.layer];
      const all = pointsInCropXy(unitGrid, width, height);
      if (shareAsked >= 1) return all;
      const order = spreadOrder(unitGrid, encoded.featuresAt(all), countIn(crop));
      return Float64Array.from({ length: 2 * order.length }, (_, i) => all[2 * order[i >> 1] + (i & 1)]);
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
