import { greyPngOf } from '../../image/encode-image.js';
import type { Storage } from '../../storage/storage.js';
import { filesInTheWay, foreignFile } from '../run-folder/own-files.js';
import { type NamedResult, type NewImage, opened, type Sink, type SinkRun, type Written } from './sink.js';

const EXTENSION = '.png';

async function* outputsOf(images: AsyncIterable<NewImage>): AsyncGenerator<{ readonly name: string }> {
  for await (const { name } of images) yield { name: name + EXTENSION };
}

/** A grey PNG of the edges of each image, in folders as the images are. Masks are not written. */
export class EdgeMapsSink implements Sink {
  readonly identity = { format: 'edge-maps' };
  readonly isOrdered = false;
  readonly copiesImages = false;
  readonly allowsDots = true;
  #storage: Storage | undefined;

  async open({ storage, newImages }: Pick<SinkRun, 'storage' | 'newImages'>): Promise<void> {
    this.#storage = storage;
    for await (const { name } of filesInTheWay(storage, outputsOf(newImages()))) throw foreignFile(storage, name);
  }

  /** @throws Error for a result without edges: a mistake of the program, not of the user. */
  async write({ name, edges }: NamedResult): Promise<Written> {
    if (!edges) throw new Error(`Expected the edges of ${name}`);
    const output = name + EXTENSION;
    await opened(this.#storage).write(output, await greyPngOf(edges));
    return { output };
  }

  async finish(): Promise<undefined> {}

  async close(): Promise<void> {}
}
