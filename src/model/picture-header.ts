import sharp from 'sharp';
import { messageOf, SamError } from '../errors.js';

/** What a picture's file says before a pixel is decoded. */
export interface PictureHeader {
  /** Extension that the content deserves, with its dot. */
  readonly extension: string;
  /** Pixels of the first frame. */
  readonly pixels: number;
}

/** Formats that are pictures for us, by libvips' names. SVG and PDF are programs that draw, and may name other files. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['jpeg', '.jpg'],
  ['png', '.png'],
  ['webp', '.webp'],
  ['tiff', '.tif'],
  ['gif', '.gif'],
  ['heif', '.avif'],
]);

/** Options of {@link pictureHeaderOf}. */
export interface PictureHeaderOptions {
  /** Pictures with more pixels are refused. @default any */
  readonly maxPixels?: number;
  /** The name that error messages give the picture. */
  readonly name: string;
}

/**
 * Looks at a picture's header.
 *
 * @param input - A path or the bytes of a file.
 * @throws SamError `unreadable-image` for what is no picture, `too-many-pixels`.
 */
export async function pictureHeaderOf(
  input: string | Uint8Array,
  { maxPixels = Number.POSITIVE_INFINITY, name }: PictureHeaderOptions,
): Promise<PictureHeader> {
  const expected = 'Expected a picture (JPEG, PNG, WebP, TIFF, GIF or AVIF) but';
  const header = await sharp(input, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw new SamError('unreadable-image', `${expected} could not read ${name}: ${messageOf(error)}`);
    });
  const { format, width, height } = header;
  const extension = EXTENSIONS.get(format);
  if (extension === undefined) throw new SamError('unreadable-image', `${expected} ${name} holds ${format}`);
  const pixels = width * height;
  if (pixels > maxPixels) {
    throw new SamError(
      'too-many-pixels',
      `Expected at most ${maxPixels} pixels but ${name} has ${width} x ${height} = ${pixels}`,
      'Set another bound with --max-pixels.',
    );
  }
  return { extension, pixels };
}
