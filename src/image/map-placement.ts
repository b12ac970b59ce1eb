import type { GeoTIFF, GeoTIFFImage } from 'geotiff';
import { messageOf, SamError } from '../errors.js';
import type { MapPlacement } from '../sam/map-placement.js';

/** The code of a coordinate system that the file describes itself. */
const USER_DEFINED = 32767;
/** Value of GTRasterTypeGeoKey where coordinates are those of a pixel's centre, not of its corner. */
const PIXEL_IS_POINT = 2;

/** An image file and what messages call it. */
export interface PlacedFile {
  /** A path, or the bytes. */
  readonly input: string | Uint8Array;
  readonly name: string;
  /** Pixels of the image as it was segmented. */
  readonly width: number;
  readonly height: number;
}

/**
 * Where a GeoTIFF (OGC 19-008r4) lies on its map. Only its tags are read.
 *
 * @throws SamError `bad-usage` for an image that does not say where it lies, or by control points alone, or that is not upright;
 *   `mask-size-mismatch` when it is of another size now.
 */
export async function mapPlacementOf({ input, name, width, height }: PlacedFile): Promise<MapPlacement> {
  let tiff: GeoTIFF | undefined;
  try {
    tiff = await opened(input);
    const image = await tiff.getImage();
    if (image.getWidth() !== width || image.getHeight() !== height) {
      const found = `${image.getWidth()} x ${image.getHeight()}`;
      const message = `Expected an image of ${width} x ${height} but ${name} is ${found} now`;
      throw new SamError('mask-size-mismatch', message);
    }
    return await placementOf(image, name);
  } catch (error) {
    throw error instanceof SamError ? error : notPlaced(name, messageOf(error));
  } finally {
    await tiff?.close();
  }
}

async function opened(input: string | Uint8Array): Promise<GeoTIFF> {
  // few commands need it, and all would wait for it
  const { fromArrayBuffer, fromFile } = await import('geotiff');
  if (typeof input === 'string') return fromFile(input);
  const bytes = new Uint8Array(input);
  return fromArrayBuffer(bytes.buffer);
}

function notPlaced(name: string, found: string): SamError {
  return new SamError(
    'bad-usage',
    `Expected a GeoTIFF for --coordinates map but ${name} is none: ${found}`,
    'Images without map coordinates are exported with --coordinates pixels.',
  );
}

async function placementOf(image: GeoTIFFImage, name: string): Promise<MapPlacement> {
  const { fileDirectory } = image;
  const numbersOf = async (tag: 'ModelTransformation' | 'ModelPixelScale' | 'ModelTiepoint' | 'Orientation') => {
    const value = fileDirectory.hasTag(tag) ? await fileDirectory.loadValue(tag) : [];
    return typeof value === 'number' ? [value] : Array.from(value as ArrayLike<number>);
  };
  const [orientation = 1] = await numbersOf('Orientation');
  if (orientation !== 1)
    throw notPlaced(name, `its orientation is ${orientation}, which map coordinates do not follow`);
  const corner = affineOf(await numbersOf('ModelTransformation'), {
    scale: await numbersOf('ModelPixelScale'),
    tie: await numbersOf('ModelTiepoint'),
  });
  if (!corner?.every(Number.isFinite))
    throw notPlaced(name, 'it has neither a transformation nor a scale and a tie point');
  const keys = image.getGeoKeys() ?? {};
  const epsg = keys.ProjectedCSTypeGeoKey ?? keys.GeographicTypeGeoKey;
  const [a, b, c, d, e, f] = corner;
  const half = keys.GTRasterTypeGeoKey === PIXEL_IS_POINT ? 0.5 : 0;
  return {
    affine: [a, b, c - half * (a + b), d, e, f - half * (d + e)],
    ...(Number.isInteger(epsg) && epsg !== USER_DEFINED && { epsg }),
  };
}

/** From coordinates of the raster to those of the map. */
function affineOf(
  matrix: readonly number[],
  { scale, tie }: { readonly scale: readonly number[]; readonly tie: readonly number[] },
): MapPlacement['affine'] | undefined {
  if (matrix.length === 16) return [matrix[0], matrix[1], matrix[3], matrix[4], matrix[5], matrix[7]];
  if (scale.length < 2 || tie.length < 6) return undefined;
  const [column, row, , x, y] = tie;
  return [scale[0], 0, x - column * scale[0], 0, -scale[1], y + row * scale[1]];
}
