import { SamError } from '../../errors.js';
import { decodeImage } from '../../image/decode-image.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { RunResult } from '../run-reader/run-results.js';
import { LocatedImages, locatorIn } from '../sources/located-images.js';

/** Reads the images of a run again: where the run found them, in another folder, or from the copies in its tar files. */
export class RunImages {
  readonly #located = new LocatedImages();
  readonly #folder: string | undefined;

  /** @param folder - The folder that the images are in now, named as below the input of the run. @default each where the run found it */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Where an image is read from; the run may have copied it, too. */
  sourceOf({ locator, result }: RunResult): string {
    return this.#folder === undefined ? locator : locatorIn(this.#folder, result.fileName);
  }

  /** @throws SamError `not-found`, `mask-size-mismatch` when the image has another size now, or what else is wrong with it. */
  async read(each: RunResult): Promise<RgbImage> {
    const { locator, result } = each;
    const image = await this.#imageOf(each);
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

  async #imageOf(each: RunResult): Promise<RgbImage> {
    const { image: copy, locator } = each;
    const source = this.sourceOf(each);
    return copy && source === locator ? decodeImage(copy, { name: locator }) : this.#located.read(source);
  }
}
