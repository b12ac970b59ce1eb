import { join } from 'node:path';
import { sa1bJsonOf } from '../../formats/sa1b-file.js';
import { writeAtomic } from '../../storage/write-atomic.js';
import type { Result, ResultSink, Written } from './sink.js';

/** One SA-1B JSON file an image, in folders as the images are. */
export class JsonTreeSink implements ResultSink {
  readonly isOrdered = false;
  readonly copiesImages = false;
  readonly #folder: string;
  readonly #temporaryFolder: string;

  constructor(folder: string, temporaryFolder: string) {
    this.#folder = folder;
    this.#temporaryFolder = temporaryFolder;
  }

  async write({ name, record }: Result): Promise<Written> {
    const output = `${name}.json`;
    await writeAtomic(join(this.#folder, output), sa1bJsonOf(record), this.#temporaryFolder);
    return { output };
  }

  async close(): Promise<void> {}
}
