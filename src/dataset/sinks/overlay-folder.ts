import { createHash } from 'node:crypto';
import { SamError } from '../../errors.js';
import { IMAGE_FORMATS, type ImageFormat, imageFileOf } from '../../image/encode-image.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { openStorage, resolvedLocation } from '../../storage/open-storage.js';
import { isSameFile } from '../../storage/same-file.js';
import type { Storage } from '../../storage/storage.js';
import { filesInTheWay } from '../run-folder/own-files.js';
import type { NewImage } from './sink.js';

export { IMAGE_FORMATS, type ImageFormat };

/** Where images with their masks drawn go. */
export class OverlayFolder {
  readonly #storage: Storage;
  readonly #format: ImageFormat;

  /** @param outFolder - Of the run: several shards may share a folder of overlays. */
  constructor(folder: string, outFolder: string, format: ImageFormat) {
    this.#format = format;
    const run = createHash('sha256').update(resolvedLocation(outFolder)).digest('hex').slice(0, 12);
    this.#storage = openStorage(folder, `.sam-cli-tmp-${run}`);
  }

  /**
   * Looks whether overlays would take the place of other files.
   *
   * @param images - Those that were not drawn here before.
   * @param overwrite - Whether they may, but for the images themselves.
   * @throws SamError `bad-run-folder` for the first that would.
   */
  async refuseForeign(images: AsyncIterable<NewImage>, overwrite: boolean): Promise<void> {
    const fileOf = (name: string) => this.#fileOf(name);
    async function* overlays() {
      for await (const { name, path } of images) yield { name: fileOf(name), path };
    }
    for await (const { name, path } of filesInTheWay(this.#storage, overlays())) {
      const file = this.#storage.locate(name);
      if (overwrite && !(await isSameFile(file, path))) continue;
      throw new SamError(
        'bad-run-folder',
        `Expected no ${file} that is no overlay of this run but found one`,
        'Choose another folder for overlays, or write over what is there with --overwrite; images themselves are never written over.',
      );
    }
  }

  /**
   * Writes `name.jpg` (or another format's ending), whole or not at all.
   *
   * @param source - Path of the image's own file, which is never written over; absent when it has none here.
   * @throws SamError `unwritable-name` when it would be, `unwritable-output`.
   */
  async write(name: string, image: RgbImage, source?: string): Promise<void> {
    const file = this.#fileOf(name);
    if (source !== undefined && (await isSameFile(this.#storage.locate(file), source))) {
      throw new SamError(
        'unwritable-name',
        `Expected another folder for overlays: ${this.#storage.locate(file)} is the image itself`,
      );
    }
    await this.#storage.write(file, await imageFileOf(image, this.#format));
  }

  #fileOf(name: string): string {
    return `${name}.${this.#format}`;
  }

  /** Removes what a killed run was writing. */
  async removeTemporaryFiles(): Promise<void> {
    await this.#storage.removeTemporaryFiles();
  }
}
