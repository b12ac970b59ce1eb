import type { FoundMask } from '../../sam/found-mask.js';
import { type MapPlacement, mapPointOf } from '../../sam/map-placement.js';
import {
  categoryNameOf,
  type ExportedFile,
  type ExportedImage,
  type MaskStyle,
  pairsOf,
  polygonsOf,
} from '../exported-image.js';

/** The coordinate system of RFC 7946, which needs no name. */
const WGS84 = 4326;

/**
 * A GeoJSON FeatureCollection for each image: `<name>.geojson`; each mask is a MultiPolygon with its holes. Coordinates are pixels of the
 * image with y going down, so that viewers of microscope slides and of images take them as they are. An image with a placement has map
 * coordinates, in the map's own system: its name is the `crs` member of GeoJSON before RFC 7946, which GDAL and QGIS read.
 */
export async function* geoJsonFiles(
  images: AsyncIterable<ExportedImage>,
  style: MaskStyle,
): AsyncGenerator<ExportedFile> {
  for await (const { name, result, placement } of images) {
    const { fileName, width, height } = result;
    const masks = result.masks.filter(({ area }) => area > 0);
    const features = masks.map((mask, i) => JSON.stringify(featureOf(mask, i + 1, style, placement)));
    const head = { file_name: fileName, width, height, coordinates: placement ? 'map' : 'pixels' };
    const system = placement ? crsMemberOf(placement) : '';
    yield [
      `${name}.geojson`,
      `{"type":"FeatureCollection",${system}"image":${JSON.stringify(head)},"features":[\n${features.join(',\n')}\n]}\n`,
    ];
  }
}

/** Null says that the system is not known; nothing at all would say that it is WGS 84. */
function crsMemberOf({ epsg }: MapPlacement): string {
  if (epsg === WGS84) return '';
  const crs = epsg === undefined ? null : { type: 'name', properties: { name: `urn:ogc:def:crs:EPSG::${epsg}` } };
  return `"crs":${JSON.stringify(crs)},`;
}

/** RFC 7946 wants outer rings anticlockwise and holes clockwise in its own axes, and the first corner repeated. */
function featureOf(mask: FoundMask, id: number, style: MaskStyle, placement: MapPlacement | undefined) {
  const closed = (ring: readonly number[]) => {
    const pixels = pairsOf(ring);
    const pairs = placement ? pixels.map(([x, y]) => mapPointOf(placement, x, y)) : pixels;
    if (!placement || keepsTurn(placement)) pairs.reverse();
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

/** Whether what goes clockwise in pixels does so in the numbers of the map; not where north is up. */
function keepsTurn({ affine: [a, b, , d, e] }: MapPlacement): boolean {
  return a * e - b * d > 0;
}
