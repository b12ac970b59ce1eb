import sharp from 'sharp';
import { messageOf, SamError } from '../errors.js';
import type { RgbImage } from '../sam/rgb-image.js';

/** An image as users have it: a file's path, the bytes of a file (JPEG, PNG, WebP, TIFF, GIF, AVIF), or raw RGB. */
export type ImageInput = string | Uint8Array | RgbImage;

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions {
  /** Images with more pixels are refused before they are decoded. @default 268402689 (libvips' own limit) */
  readonly maxPixels?: number;
  /** The name that error messages give the image. @default the path, or "the image" */
  readonly name?: string;
}

/** Largest image decoded unless told otherwise: 0x3FFF squared, sharp's own default. */
const DEFAULT_MAX_PIXELS = 0x3fff ** 2;

function isRgbImage(input: ImageInput): input is RgbImage {
  return typeof input === 'object' && 'width' in input && 'data' in input;
}

function checkedRgbImage(image: RgbImage): RgbImage {
  const { data, width, height } = image;
  const isSide = (side: number) => Number.isInteger(side) && side >= 1;
  if (!isSide(width) || !isSide(height) || data.length !== width * height * 3) {
    throw new SamError(
      'unreadable-image',
      `Expected raw RGB of width * height * 3 bytes but received ${data.length} bytes for ${width} x ${height}`,
      'Raw images are row-major, three bytes a pixel, without padding or alpha.',
    );
  }
  return image;
}

/**
 * The upright 8-bit RGB pixels of an image: EXIF orientation applied, embedded profiles (CMYK too) converted to sRGB, grey
 * repeated, 16 bits reduced to the upper 8, alpha dropped (as OpenCV and PIL do for the reference), the first frame of an animation.
 *
 * @throws SamError `unreadable-image` when the input is missing, not an image, truncated or larger than `maxPixels`.
 */
export async function decodeImage(input: ImageInput, options: DecodeImageOptions = {}): Promise<RgbImage> {
  if (isRgbImage(input)) return checkedRgbImage(input);
  const name = options.name ?? (typeof input === 'string' ? input : 'the image');
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
      `Expected an image (JPEG, PNG, WebP, TIFF, GIF or AVIF) but could not read ${name}: ${messageOf(error)}`,
    );
  }
}
