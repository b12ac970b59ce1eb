import { sa1bJsonOf } from '../../formats/sa1b-file.js';
import { sa1bFileOf } from '../../formats/sa1b-record.js';
import type { Storage } from '../../storage/storage.js';
import type { OpenSink, Result, Written } from './sink.js';

/** One SA-1B JSON file an image, in folders as the images are. */
export class JsonTreeSink implements OpenSink {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async write({ name, result }: Result): Promise<Written> {
    const output = `${name}.json`;
    await this.#storage.write(output, sa1bJsonOf(sa1bFileOf(result)));
    return { output };
  }

  async close(): Promise<void> {}
}
