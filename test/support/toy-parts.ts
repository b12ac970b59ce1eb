import type { PlannedImage } from '../../src/dataset/plan/planned-image.js';
import type { NamedResult, NewImage, Sink, SinkRun, Written } from '../../src/dataset/sinks/sink.js';
import type { Source } from '../../src/dataset/sources/source.js';

/** For a sink of a run that asks for no image for the first time. */
export async function* noImages(): AsyncGenerator<NewImage> {}

/** A source whose images are bytes in memory. */
export class ToySource implements Source {
  readonly #images: ReadonlyMap<string, Uint8Array>;
  isClosed = false;

  /** @param images - Files by name. */
  constructor(images: ReadonlyMap<string, Uint8Array>) {
    this.#images = images;
  }

  async *images(): AsyncGenerator<PlannedImage[]> {
    // some at a time, as a search finds them
    for (const name of this.#images.keys()) yield [{ kind: 'file', path: `toy:${name}`, name }];
  }

  async open({ name }: PlannedImage): Promise<Uint8Array> {
    const bytes = this.#images.get(name);
    if (!bytes) throw new Error(`Expected an image named ${name}`);
    return bytes;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** A sink that keeps results in memory, in the order in which it gets them. */
export class ToySink implements Sink {
  readonly identity = { format: 'toy' };
  readonly isOrdered = true;
  readonly copiesImages = true;
  readonly allowsDots = true;
  readonly results: NamedResult[] = [];
  /** What it was asked to do, in order. */
  readonly calls: string[] = [];

  async open({ isNew }: SinkRun): Promise<void> {
    this.calls.push(isNew ? 'open a new run' : 'open');
  }

  async write(result: NamedResult): Promise<Written> {
    this.calls.push(`write ${result.name}`);
    this.results.push(result);
    return { output: `toy:${result.name}` };
  }

  async finish(): Promise<string> {
    this.calls.push('finish');
    return `${this.results.length} results in memory`;
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}
