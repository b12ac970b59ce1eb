import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { decodeImage } from '../../image/decode-image.js';
import { imageHeaderOf } from '../../image/image-header.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { downloadedBytes } from './download.js';
import { isImageName } from './extensions.js';
import { OpenArchives } from './open-archives.js';
import { locatorOf, type PlannedImage } from './planned-image.js';

/** Pixels decoded unless told otherwise: libvips' own bound, 0x3FFF squared. */
export const DEFAULT_MAX_PIXELS = 0x3fff ** 2;

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

async function checkFile(path: string): Promise<void> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const code = error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'not-found' : 'unreadable-file';
    throw new SamError(code, `Expected an image but could not open ${path}: ${messageOf(error)}`);
  });
  // a pipe or a device would keep its reader waiting, or never end
  if (!file.isFile()) throw new SamError('not-a-file', `Expected a regular file but ${path} is none`);
  if (file.size === 0) throw new SamError('empty-file', `Expected an image but ${path} has 0 bytes`);
}

/** Reads the images of a run, each from where it is. */
export class ImageReader {
  readonly #limits: ImageLimits;
  readonly #keepsFiles: boolean;
  readonly #archives = new OpenArchives();

  /** @param keepsFiles - Whether the images' own files are wanted too. */
  constructor(limits: ImageLimits, keepsFiles: boolean) {
    this.#limits = limits;
    this.#keepsFiles = keepsFiles;
  }

  /** @throws SamError with a code that says what is wrong with the image. */
  async read(planned: PlannedImage): Promise<ReadImage> {
    if (planned.kind === 'refused') throw new SamError(planned.code, planned.reason);
    const name = locatorOf(planned);
    const input = await this.#inputOf(planned);
    const { maxPixels = DEFAULT_MAX_PIXELS } = this.#limits;
    const header = await imageHeaderOf(input, { maxPixels, name });
    const image = await decodeImage(input, { maxPixels, name });
    if (!this.#keepsFiles || typeof input === 'string') return { image };
    const extension = isImageName(planned.name) ? extname(planned.name) : header.extension;
    return { image, file: { bytes: input, extension } };
  }

  async close(): Promise<void> {
    await this.#archives.close();
  }

  async #inputOf(planned: Exclude<PlannedImage, { kind: 'refused' }>): Promise<string | Buffer> {
    if (planned.kind === 'file') {
      await checkFile(planned.path);
      return this.#keepsFiles ? readFile(planned.path) : planned.path;
    }
    const bytes =
      planned.kind === 'url'
        ? await downloadedBytes(planned.path, this.#limits.timeoutSeconds)
        : await this.#archives.bytesOf(planned);
    if (bytes.length === 0) {
      throw new SamError('empty-file', `Expected an image but ${locatorOf(planned)} has 0 bytes`);
    }
    return bytes;
  }
}
