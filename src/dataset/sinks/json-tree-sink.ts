import { sa1bFileOf, sa1bJsonOf } from '../../formats/sa1b/write.js';
import type { Storage } from '../../storage/storage.js';
import { filesInTheWay, foreignFile } from '../run-folder/own-files.js';
import { type NamedResult, type NewImage, opened, type Sink, type SinkRun, type Written } from './sink.js';

const EXTENSION = '.json';

async function* outputsOf(images: AsyncIterable<NewImage>): AsyncGenerator<{ readonly name: string }> {
  for await (const { name } of images) yield { name: name + EXTENSION };
}

/** One SA-1B JSON file an image, in folders as the images are. */
export class JsonTreeSink implements Sink {
  readonly identity = { format: 'json' };
  readonly isOrdered = false;
  readonly copiesImages = false;
  readonly allowsDots = true;
  #storage: Storage | undefined;

  async open({ storage, newImages }: Pick<SinkRun, 'storage' | 'newImages'>): Promise<void> {
    this.#storage = storage;
    for await (const { name } of filesInTheWay(storage, outputsOf(newImages()))) throw foreignFile(storage, name);
  }

  async write({ name, result }: NamedResult): Promise<Written> {
    const output = name + EXTENSION;
    await opened(this.#storage).write(output, sa1bJsonOf(sa1bFileOf(result)));
    return { output };
  }

  async finish(): Promise<undefined> {}

  async close(): Promise<void> {}
}
