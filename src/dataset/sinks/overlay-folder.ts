import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { IMAGE_FORMATS, type ImageFormat, imageFileOf } from '../../image/encode-image.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { FolderStorage } from '../../storage/folder-storage.js';
import type { Storage } from '../../storage/storage.js';

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

  /** Writes `name.jpg` (or another format's ending), whole or not at all. */
  async write(name: string, image: RgbImage): Promise<void> {
    await this.#storage.write(`${name}.${this.#format}`, await imageFileOf(image, this.#format));
  }

  /** Removes what a killed run was writing. */
  async removeTemporaryFiles(): Promise<void> {
    await this.#storage.removeTemporaryFiles();
  }
}
