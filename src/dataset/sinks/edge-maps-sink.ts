import { greyPngOf } from '../../image/encode-image.js';
import type { Storage } from '../../storage/storage.js';
import { type NamedResult, opened, type Sink, type SinkRun, type Written } from './sink.js';

/** A grey PNG of the edges of each image, in folders as the images are. Masks are not written. */
export class EdgeMapsSink implements Sink {
  readonly identity = { format: 'edge-maps' };
  readonly isOrdered = false;
  readonly copiesImages = false;
  readonly allowsDots = true;
  #storage: Storage | undefined;

  async open({ storage }: Pick<SinkRun, 'storage'>): Promise<void> {
    this.#storage = storage;
  }

  /** @throws Error for a result without edges: a mistake of the program, not of the user. */
  async write({ name, edges }: NamedResult): Promise<Written> {
    if (!edges) throw new Error(`Expected the edges of ${name}`);
    const output = `${name}.png`;
    await opened(this.#storage).write(output, await greyPngOf(edges));
    return { output };
  }

  async finish(): Promise<undefined> {}

  async close(): Promise<void> {}
}
