import { RunResults } from '../run-folder/run-results.js';
import { JsonTreeSink } from '../sinks/json-tree-sink.js';
import { type NamedResult, opened, type Sink, type SinkRun, type Written } from '../sinks/sink.js';
import { type ExportFormat, FORMATS, filesOf } from './export-formats.js';

/** Where exports that a run ends with are, below its output folder. */
const EXPORT_FOLDER = '_export';

/** One SA-1B JSON file an image, and at the end of the run an export of all of it in `_export/<format>`, made anew at each end. */
export class ExportSink implements Sink {
  readonly #tree = new JsonTreeSink();
  /** That of the files it shares: a run may be begun with either and end with the other. */
  readonly identity = this.#tree.identity;
  readonly isOrdered = this.#tree.isOrdered;
  readonly copiesImages = this.#tree.copiesImages;
  readonly allowsDots = this.#tree.allowsDots;
  readonly #format: ExportFormat;
  #run: SinkRun | undefined;

  constructor(format: ExportFormat) {
    this.#format = format;
  }

  async open(run: SinkRun): Promise<void> {
    await this.#tree.open(run);
    this.#run = run;
  }

  async write(result: NamedResult): Promise<Written> {
    return this.#tree.write(result);
  }

  async finish(): Promise<string> {
    const { storage } = opened(this.#run);
    const folder = `${EXPORT_FOLDER}/${this.#format}`;
    const before = new Set<string>();
    for await (const name of storage.list(`${folder}/`)) before.add(name);
    for await (const [name, data] of filesOf(FORMATS[this.#format], await RunResults.of(storage), {})) {
      await storage.write(`${folder}/${name}`, data);
      before.delete(`${folder}/${name}`);
    }
    for (const name of before) await storage.remove(name);
    return `${this.#format} in ${storage.locate(folder)}`;
  }

  async close(): Promise<void> {}
}
