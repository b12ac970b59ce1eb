import { access, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SamError } from '../../errors.js';
import { AppendOnlyFile } from '../../storage/append-only-file.js';
import type { LastPart } from '../run-folder/journal.js';
import type { PartFormat } from './part-format.js';
import type { OpenSink, Result, Written } from './sink.js';

/** `masks-00012.ndjson`. */
export function partFileName(index: number, extension: string): string {
  return `masks-${String(index).padStart(5, '0')}${extension}`;
}

/** The number in a shard's file name. */
export function partIndexOf(fileName: string): number {
  return Number(/^masks-(\d+)\./.exec(fileName)?.[1]);
}

/** Options of {@link PartFilesSink}. */
export interface PartFilesSinkOptions {
  readonly folder: string;
  readonly format: PartFormat;
  /** Records a file. */
  readonly recordsPerFile: number;
}

/** Many records a file, appended in the order of the images; a new file is begun when one is full. */
export class PartFilesSink implements OpenSink {
  readonly #options: PartFilesSinkOptions;
  #index = 0;
  #records = 0;
  #end = 0;
  #file: AppendOnlyFile | undefined;

  private constructor(options: PartFilesSinkOptions) {
    this.#options = options;
  }

  /**
   * Goes on behind the last record that the journal knows; what was written behind it is cut off.
   *
   * @param last - From the journal; undefined when it knows of no record.
   * @param isNew - Whether no run was in the folder before: files with our names are then someone else's.
   * @throws SamError `bad-run-folder` when they are.
   */
  static async open(options: PartFilesSinkOptions, last: LastPart | undefined, isNew: boolean): Promise<PartFilesSink> {
    const sink = new PartFilesSink(options);
    if (isNew) await sink.#refuseForeignFiles();
    if (last) {
      sink.#index = partIndexOf(last.output);
      sink.#records = last.records;
      sink.#end = last.end;
    }
    if (!isNew) await sink.#removeUnknownRecords();
    return sink;
  }

  async write(result: Result): Promise<Written> {
    return this.append(await this.#options.format.bytesOf(result));
  }

  /** Appends a record as it is. */
  async append(bytes: Uint8Array): Promise<Written> {
    if (this.#records === this.#options.recordsPerFile) await this.#beginNext();
    this.#file ??= await AppendOnlyFile.open(this.#path, this.#end);
    const range = await this.#file.append(bytes, { sync: true });
    this.#records++;
    this.#end = range.end;
    return { output: partFileName(this.#index, this.#options.format.extension), ...range };
  }

  /** Ends the last file. */
  async close(): Promise<void> {
    await this.#endFile();
  }

  get #path(): string {
    return join(this.#options.folder, partFileName(this.#index, this.#options.format.extension));
  }

  async #beginNext(): Promise<void> {
    await this.#endFile();
    this.#index++;
    this.#records = 0;
    this.#end = 0;
  }

  async #endFile(): Promise<void> {
    const { trailer } = this.#options.format;
    if (!this.#file) return;
    try {
      if (trailer.length > 0 && this.#end > 0) await this.#file.append(trailer, { sync: true });
    } finally {
      await this.#file.close();
      this.#file = undefined;
    }
  }

  async #refuseForeignFiles(): Promise<void> {
    const exists = await access(this.#path).then(
      () => true,
      () => false,
    );
    if (!exists) return;
    throw new SamError(
      'bad-run-folder',
      `Expected no ${this.#path} in a folder without a run but found one`,
      'Choose another output folder, or move the file away.',
    );
  }

  /** A killed run may have written records that it did not come to note. */
  async #removeUnknownRecords(): Promise<void> {
    const { extension, trailer } = this.#options.format;
    const size = await stat(this.#path).then(
      (file) => file.size,
      () => 0,
    );
    if (this.#end === 0) await rm(this.#path, { force: true });
    // a file that ends as it should is left alone
    else if (size !== this.#end + trailer.length) this.#file = await AppendOnlyFile.open(this.#path, this.#end);
    for (let index = this.#index + 1; ; index++) {
      const path = join(this.#options.folder, partFileName(index, extension));
      const isThere = await rm(path).then(
        () => true,
        () => false,
      );
      if (!isThere) return;
    }
  }
}
