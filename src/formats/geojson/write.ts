import type { FoundMask } from '../../sam/found-mask.js';
import {
  categoryNameOf,
  type ExportedFile,
  type ExportedImage,
  type MaskStyle,
  pairsOf,
  polygonsOf,
} from '../exported-image.js';

/**
 * A GeoJSON FeatureCollection for each image: `<name>.geojson`. Coordinates are pixels of the image with y going down, so that viewers
 * of microscope slides and of images take them as they are; each mask is a MultiPolygon with its holes.
 */
export async function* geoJsonFiles(
  images: AsyncIterable<ExportedImage>,
  style: MaskStyle,
): AsyncGenerator<ExportedFile> {
  for await (const { name, result } of images) {
    const { fileName, width, height } = result;
    const masks = result.masks.filter(({ area }) => area > 0);
    const features = masks.map((mask, i) => JSON.stringify(featureOf(mask, i + 1, style)));
    const head = JSON.stringify({ file_name: fileName, width, height, coordinates: 'pixels' });
    yield [
      `${name}.geojson`,
      `{"type":"FeatureCollection","image":${head},"features":[\n${features.join(',\n')}\n]}\n`,
    ];
  }
}

/** RFC 7946 wants outer rings anticlockwise and holes clockwise in its own axes, and the first corner repeated. */
function featureOf(mask: FoundMask, id: number, style: MaskStyle) {
  const closed = (ring: readonly number[]) => {
    const pairs = pairsOf(ring).reverse();
    return [...pairs, pairs[0]];
  };
  return {
    type: 'Feature',
    id,
    geometry: {
      type: 'MultiPolygon',
      coordinates: polygonsOf(mask, style).map(({ outer, holes }) => [outer, ...holes].map(closed)),
    },
    properties: {
      category: categoryNameOf(mask),
      area: mask.area,
      predicted_iou: mask.predictedIou,
      stability_score: mask.stabilityScore,
    },
  };
}
