import { sa1bFileOf, sa1bJsonOf } from '../../formats/sa1b/write.js';
import type { Storage } from '../../storage/storage.js';
import { type NamedResult, opened, type Sink, type SinkRun, type Written } from './sink.js';

/** One SA-1B JSON file an image, in folders as the images are. */
export class JsonTreeSink implements Sink {
  readonly identity = { format: 'json' };
  readonly isOrdered = false;
  readonly copiesImages = false;
  readonly allowsDots = true;
  #storage: Storage | undefined;

  async open({ storage }: Pick<SinkRun, 'storage'>): Promise<void> {
    this.#storage = storage;
  }

  async write({ name, result }: NamedResult): Promise<Written> {
    const output = `${name}.json`;
    await opened(this.#storage).write(output, sa1bJsonOf(sa1bFileOf(result)));
    return { output };
  }

  async finish(): Promise<undefined> {}

  async close(): Promise<void> {}
}
