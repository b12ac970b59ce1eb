import { EXPORT_FOLDER, exportListOf } from '../run-folder/file-names.js';
import { OwnFiles } from '../run-folder/own-files.js';
import { wordCategoriesOf } from '../run-folder/words-identity.js';
import { RunReader } from '../run-reader/run-reader.js';
import { resultsOf } from '../run-reader/run-results.js';
import { jsonTreeSink } from '../sinks/json-tree-sink.js';
import { type NamedResult, opened, type Sink, type SinkRun, type Written } from '../sinks/sink.js';
import { type ExportFormat, FORMATS, filesOf } from './export-formats.js';

/** One SA-1B JSON file an image, and at the end of the run an export of all of it in `_export/<format>`, made anew at each end. */
export class ExportSink implements Sink {
  readonly #tree = jsonTreeSink();
  /** That of the files it shares: a run may be begun with either and end with the other. */
  readonly identity = this.#tree.identity;
  readonly isOrdered = this.#tree.isOrdered;
  readonly copiesImages = this.#tree.copiesImages;
  readonly allowsDots = this.#tree.allowsDots;
  readonly #format: ExportFormat;
  #run: SinkRun | undefined;
  #files: OwnFiles | undefined;

  constructor(format: ExportFormat) {
    this.#format = format;
  }

  async open(run: SinkRun): Promise<void> {
    await this.#tree.open(run);
    this.#run = run;
    this.#files = await OwnFiles.open(run.storage, exportListOf(this.#format));
    // files of others stay beside those of an earlier end; a folder that is theirs alone is not begun in
    if (this.#files.before.size > 0) return;
    for await (const name of run.storage.list(`${this.#folder}/`)) await this.#files.refuseForeign(name);
  }

  async write(result: NamedResult): Promise<Written> {
    return this.#tree.write(result);
  }

  async finish(): Promise<string> {
    const { storage } = opened(this.#run);
    const files = opened(this.#files);
    const old = new Set(files.before);
    const reader = await RunReader.of(storage);
    const style = { categories: wordCategoriesOf(reader.manifest.settings) };
    for await (const [name, data] of filesOf(FORMATS[this.#format], resultsOf(reader), style)) {
      const path = `${this.#folder}/${name}`;
      await files.claim(path);
      await storage.write(path, data);
      old.delete(path);
    }
    await files.remove(old);
    return `${this.#format} in ${storage.locate(this.#folder)}`;
  }

  async close(): Promise<void> {
    await this.#files?.close();
  }

  get #folder(): string {
    return `${EXPORT_FOLDER}/${this.#format}`;
  }
}
