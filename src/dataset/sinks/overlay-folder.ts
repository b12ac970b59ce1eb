import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { SamError } from '../../errors.js';
import { IMAGE_FORMATS, type ImageFormat, imageFileOf } from '../../image/encode-image.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { FolderStorage } from '../../storage/folder-storage.js';
import { isSameFile } from '../../storage/same-file.js';
import type { Storage } from '../../storage/storage.js';
import { refuseForeign } from '../run-folder/own-files.js';

export { IMAGE_FORMATS, type ImageFormat };

/** Where images with their masks drawn go. */
export class OverlayFolder {
  readonly #storage: Storage;
  readonly #format: ImageFormat;

  /** @param outFolder - Of the run: several shards may share a folder of overlays. */
  constructor(folder: string, outFolder: string, format: ImageFormat) {
    this.#format = format;
    const run = createHash('sha256').update(resolve(outFolder)).digest('hex').slice(0, 12);
    this.#storage = new FolderStorage(folder, `.sam-cli-tmp-${run}`);
  }

  /**
   * @param names - Of the overlays of images that were not drawn here before.
   * @throws SamError `bad-run-folder` when a file has one of them already.
   */
  async refuseForeign(names: AsyncIterable<string>): Promise<void> {
    const fileOf = (name: string) => this.#fileOf(name);
    async function* files() {
      for await (const name of names) yield fileOf(name);
    }
    await refuseForeign(this.#storage, files(), `.${this.#format}`);
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
