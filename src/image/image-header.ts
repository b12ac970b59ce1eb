import sharp from 'sharp';
import { messageOf, SamError } from '../errors.js';

/** Largest image decoded unless told otherwise, in pixels: libvips' own bound, 0x3FFF squared. */
export const DEFAULT_MAX_PIXELS = 0x3fff ** 2;

/** What an image's file says before a pixel is decoded. */
export interface ImageHeader {
  /** Extension that the content deserves, with its dot. */
  readonly extension: string;
  /** Whether its samples are inks, which only a colour profile turns into red, green and blue. */
  readonly isCmyk: boolean;
}

/** Formats that are images for us, by libvips' names. SVG and PDF are programs that draw, and may name other files. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['jpeg', '.jpg'],
  ['png', '.png'],
  ['webp', '.webp'],
  ['tiff', '.tif'],
  ['gif', '.gif'],
  ['heif', '.avif'],
]);

/** Options of {@link imageHeaderOf}. */
export interface ImageHeaderOptions {
  /** Images with more pixels are refused. @default 268402689 */
  readonly maxPixels?: number;
  /** The name that error messages give the image. */
  readonly name: string;
}

/**
 * Looks at an image's header.
 *
 * @param input - A path or the bytes of a file.
 * @throws SamError `unreadable-image` for what is no image, `too-many-pixels`.
 */
export async function imageHeaderOf(
  input: string | Uint8Array,
  { maxPixels = DEFAULT_MAX_PIXELS, name }: ImageHeaderOptions,
): Promise<ImageHeader> {
  const expected = 'Expected an image (JPEG, PNG, WebP, TIFF, GIF or AVIF) but';
  const header = await sharp(input, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw new SamError('unreadable-image', `${expected} could not read ${name}: ${messageOf(error)}`);
    });
  const { format, width, height, space } = header;
  const extension = EXTENSIONS.get(format);
  if (extension === undefined) throw new SamError('unreadable-image', `${expected} ${name} holds ${format}`);
  const pixels = width * height;
  if (pixels > maxPixels) {
    throw new SamError(
      'too-many-pixels',
      `Expected at most ${maxPixels} pixels but ${name} has ${width} x ${height} = ${pixels}`,
    );
  }
  return { extension, isCmyk: space === 'cmyk' };
}
