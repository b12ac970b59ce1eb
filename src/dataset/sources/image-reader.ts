import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { SamError } from '../../errors.js';
import { decodeImage } from '../../image/decode-image.js';
import { DEFAULT_MAX_PIXELS, imageHeaderOf } from '../../image/image-header.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { locatorOf, type PlannedImage, refusalOf } from '../plan/planned-image.js';
import { isImageName } from './extensions.js';
import type { Source } from './source.js';

export { DEFAULT_MAX_PIXELS };

/** What bounds the reading of an image. */
export interface ImageLimits {
  /** Images with more pixels are refused before they are decoded. @default 268402689 */
  readonly maxPixels?: number;
  /** Seconds that an image may take, to download and again to work on. @default 60 to download, no bound to work on */
  readonly timeoutSeconds?: number;
}

/** An image of the run, read. */
export interface ReadImage {
  readonly image: RgbImage;
  /** Its own file, when it is to be copied. */
  readonly file?: { readonly bytes: Uint8Array; readonly extension: string };
}

/** Reads the images of a source: asks for each one's file, looks at its header and decodes it. */
export class ImageReader {
  readonly #source: Source;
  readonly #limits: ImageLimits;
  readonly #keepsFiles: boolean;

  /** @param keepsFiles - Whether the images' own files are wanted too. */
  constructor(source: Source, limits: ImageLimits, keepsFiles: boolean) {
    this.#source = source;
    this.#limits = limits;
    this.#keepsFiles = keepsFiles;
  }

  /** @throws SamError with a code that says what is wrong with the image. */
  async read(planned: PlannedImage): Promise<ReadImage> {
    const refusal = refusalOf(planned);
    if (refusal) throw refusal;
    const { maxPixels = DEFAULT_MAX_PIXELS } = this.#limits;
    const name = locatorOf(planned);
    const opened = await this.#source.open(planned, this.#limits);
    const input = this.#keepsFiles && typeof opened === 'string' ? await readFile(opened) : opened;
    if (input.length === 0) throw new SamError('empty-file', `Expected an image but ${name} has 0 bytes`);
    const header = await imageHeaderOf(input, { maxPixels, name });
    const image = await decodeImage(input, { maxPixels, name, header });
    if (!this.#keepsFiles || typeof input === 'string') return { image };
    const extension = isImageName(planned.name) ? extname(planned.name) : header.extension;
    return { image, file: { bytes: input, extension } };
  }
}
