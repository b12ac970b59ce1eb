import sharp from 'sharp';
import { messageOf, SamError } from '../errors.js';
import type { RgbImage } from '../sam/rgb-image.js';
import { DEFAULT_MAX_PIXELS, type ImageHeader, imageHeaderOf } from './image-header.js';

/** An image as users have it: a file's path, the bytes of a file (JPEG, PNG, WebP, TIFF, GIF, AVIF), or raw RGB. */
export type ImageInput = string | Uint8Array | RgbImage;

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions {
  /** Images with more pixels are refused before they are decoded. @default 268402689 */
  readonly maxPixels?: number;
  /** The name that error messages give the image. @default the path, or "the image" */
  readonly name?: string;
  /** Its header, where it was read before. @default read here */
  readonly header?: ImageHeader;
}

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
 * The upright 8-bit RGB pixels of an image as PIL and OpenCV read them for the reference: EXIF orientation applied, grey repeated,
 * 16 bits reduced to the upper 8, alpha dropped, the first frame of an animation. An embedded colour profile is passed over; only
 * CMYK is converted to sRGB by its profile, or by a common one when it has none.
 *
 * @throws SamError `unreadable-image` when the input is missing, not an image or truncated, `too-many-pixels`.
 */
export async function decodeImage(input: ImageInput, options: DecodeImageOptions = {}): Promise<RgbImage> {
  if (isRgbImage(input)) return checkedRgbImage(input);
  const { maxPixels = DEFAULT_MAX_PIXELS, name = typeof input === 'string' ? input : 'the image' } = options;
  const { isCmyk } = options.header ?? (await imageHeaderOf(input, { maxPixels, name }));
  try {
    const { data, info } = await sharp(input, {
      limitInputPixels: maxPixels,
      // real folders are full of JPEGs with harmless warnings; missing pixels are an error
      failOn: 'error',
      sequentialRead: true,
      ignoreIcc: !isCmyk,
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
