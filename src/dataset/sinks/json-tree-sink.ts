import { sa1bJsonOf } from '../../formats/sa1b-file.js';
import type { Storage } from '../../storage/storage.js';
import type { Result, ResultSink, Written } from './sink.js';

/** One SA-1B JSON file an image, in folders as the images are. */
export class JsonTreeSink implements ResultSink {
  readonly isOrdered = false;
  readonly copiesImages = false;
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async write({ name, record }: Result): Promise<Written> {
    const output = `${name}.json`;
    await this.#storage.write(output, sa1bJsonOf(record));
    return { output };
  }

  async close(): Promise<void> {}
}
