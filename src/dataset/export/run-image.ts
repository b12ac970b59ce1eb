import { SamError } from '../../errors.js';
import { decodeImage } from '../../image/decode-image.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { RunResult } from '../run-folder/run-results.js';
import { LocatedImages } from '../sources/located-images.js';

/** Reads the images of a run again: where the run found them, in another folder, or from the copies in its tar files. */
export class RunImages {
  readonly #located = new LocatedImages();
  readonly #folder: string | undefined;

  /** @param folder - The folder that the images are in now, named as below the input of the run. @default each where the run found it */
  constructor(folder: string | undefined) {
    this.#folder = folder?.replace(/\/+$/, '');
  }

  /** @throws SamError `not-found`, `mask-size-mismatch` when the image has another size now, or what else is wrong with it. */
  async read({ image: copy, locator, result }: RunResult): Promise<RgbImage> {
    const image = await this.#imageOf(copy, locator, result.fileName);
    const { width, height } = image;
    if (width === result.width && height === result.height) return image;
    throw new SamError(
      'mask-size-mismatch',
      `Expected an image of ${result.width} x ${result.height} but ${locator} is ${width} x ${height} now`,
    );
  }

  async close(): Promise<void> {
    await this.#located.close();
  }

  async #imageOf(copy: Uint8Array | undefined, locator: string, fileName: string): Promise<RgbImage> {
    if (this.#folder !== undefined) return this.#located.read(`${this.#folder}/${fileName}`);
    return copy ? decodeImage(copy, { name: locator }) : this.#located.read(locator);
  }
}
