import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { jpegOf } from '../../image/encode-image.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { writeAtomic } from '../../storage/write-atomic.js';

/** Where images with their masks drawn go, as JPEG. */
export class OverlayFolder {
  readonly #folder: string;
  readonly #temporaryFolder: string;

  /** @param outFolder - Of the run: several shards may share a folder of overlays. */
  constructor(folder: string, outFolder: string) {
    const run = createHash('sha256').update(resolve(outFolder)).digest('hex').slice(0, 12);
    this.#folder = folder;
    this.#temporaryFolder = join(folder, `.sam-cli-tmp-${run}`);
  }

  /** Writes `name.jpg`, whole or not at all. */
  async write(name: string, image: RgbImage): Promise<void> {
    await writeAtomic(join(this.#folder, `${name}.jpg`), await jpegOf(image), {
      temporaryFolder: this.#temporaryFolder,
    });
  }

  /** Removes what a killed run was writing. */
  async removeTemporaryFiles(): Promise<void> {
    await rm(this.#temporaryFolder, { recursive: true, force: true });
  }
}
