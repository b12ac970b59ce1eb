import sharp from 'sharp';
import type { RgbImage } from '../amg/segmentation-model.js';
import { messageOf, SamError } from '../errors.js';

/** A picture as users have it: a file's path, the bytes of a file (JPEG, PNG, WebP, TIFF, GIF, AVIF), or raw RGB. */
export type PictureInput = string | Uint8Array | RgbImage;

/** Options of {@link decodePicture}. */
export interface DecodePictureOptions {
  /** Pictures with more pixels are refused before they are decoded. @default 268402689 (libvips' own limit) */
  readonly maxPixels?: number;
  /** The name that error messages give the picture. @default the path, or "the picture" */
  readonly name?: string;
}

/** Largest picture decoded unless told otherwise: 0x3FFF squared, sharp's own default. */
const DEFAULT_MAX_PIXELS = 0x3fff ** 2;

function isRgbImage(input: PictureInput): input is RgbImage {
  return typeof input === 'object' && 'width' in input && 'data' in input;
}

function checkedRgbImage(image: RgbImage): RgbImage {
  const { data, width, height } = image;
  const isSide = (side: number) => Number.isInteger(side) && side >= 1;
  if (!isSide(width) || !isSide(height) || data.length !== width * height * 3) {
    throw new SamError(
      'unreadable-image',
      `Expected raw RGB of width * height * 3 bytes but received ${data.length} bytes for ${width} x ${height}`,
      'Raw pictures are row-major, three bytes a pixel, without padding or alpha.',
    );
  }
  return image;
}

/**
 * The upright 8-bit RGB pixels of a picture: EXIF orientation applied, embedded profiles (CMYK too) converted to sRGB, grey
 * repeated, 16 bits reduced to the upper 8, alpha dropped (as OpenCV and PIL do for the reference), the first frame of an animation.
 *
 * @throws SamError `unreadable-image` when the input is missing, not a picture, truncated or larger than `maxPixels`.
 */
export async function decodePicture(input: PictureInput, options: DecodePictureOptions = {}): Promise<RgbImage> {
  if (isRgbImage(input)) return checkedRgbImage(input);
  const name = options.name ?? (typeof input === 'string' ? input : 'the picture');
  try {
    const { data, info } = await sharp(input, {
      limitInputPixels: options.maxPixels ?? DEFAULT_MAX_PIXELS,
      // real folders are full of JPEGs with harmless warnings; missing pixels are an error
      failOn: 'error',
      sequentialRead: true,
    })
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (error) {
    throw new SamError(
      'unreadable-image',
      `Expected a picture (JPEG, PNG, WebP, TIFF, GIF or AVIF) but could not read ${name}: ${messageOf(error)}`,
    );
  }
}
