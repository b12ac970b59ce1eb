import type { FileData, Storage } from '../../storage/storage.js';
import { filesInTheWay, foreignFile } from '../run-folder/own-files.js';
import { type NamedResult, opened, type Sink, type SinkRun, type Written } from './sink.js';

/** A file an image, in folders as the images are. */
export class FileTreeSink implements Sink {
  readonly identity: { readonly format: string };
  readonly isOrdered = false;
  readonly copiesImages = false;
  readonly allowsDots = true;
  readonly #extension: string;
  readonly #dataOf: (result: NamedResult) => FileData | Promise<FileData>;
  #storage: Storage | undefined;

  /** @param extension - With its dot. */
  constructor(format: string, extension: string, dataOf: (result: NamedResult) => FileData | Promise<FileData>) {
    this.identity = { format };
    this.#extension = extension;
    this.#dataOf = dataOf;
  }

  /** @throws SamError `bad-run-folder` for a file of someone else's that is in the way. */
  async open({ storage, newImages }: Pick<SinkRun, 'storage' | 'newImages'>): Promise<void> {
    this.#storage = storage;
    for await (const { name } of filesInTheWay(storage, this.#filesOf(newImages()))) throw foreignFile(storage, name);
  }

  async write(result: NamedResult): Promise<Written> {
    const output = result.name + this.#extension;
    await opened(this.#storage).write(output, await this.#dataOf(result));
    return { output };
  }

  async finish(): Promise<undefined> {}

  async close(): Promise<void> {}

  async *#filesOf(images: ReturnType<SinkRun['newImages']>): AsyncGenerator<{ readonly name: string }> {
    for await (const { name } of images) yield { name: name + this.#extension };
  }
}
