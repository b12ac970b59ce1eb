import { SamError } from '../../errors.js';
import type { AppendFile, Storage } from '../../storage/storage.js';
import { PART_FORMATS, type PartFormat } from './part-format.js';
import { type NamedResult, opened, type Sink, type SinkRun, type Written } from './sink.js';

/** Options of {@link PartFilesSink}. */
export interface PartFilesSinkOptions {
  /** Records in each file that holds many. @default 1000 */
  readonly recordsPerFile?: number;
  /** Whether tar files hold the images too; other formats never do. @default true */
  readonly copyImages?: boolean;
}

/** Many records a file, appended in the order of the images; a new file is begun when one is full. */
export class PartFilesSink implements Sink {
  readonly identity: Readonly<Record<string, unknown>>;
  readonly isOrdered = true;
  readonly copiesImages: boolean;
  readonly allowsDots: boolean;
  readonly #format: PartFormat;
  readonly #recordsPerFile: number;
  #storage: Storage | undefined;
  #index = 0;
  #records = 0;
  #end = 0;
  #file: AppendFile | undefined;

  constructor(format: keyof typeof PART_FORMATS, { recordsPerFile = 1000, copyImages = true }: PartFilesSinkOptions) {
    const isTar = format === 'tar';
    this.#format = PART_FORMATS[format];
    this.#recordsPerFile = recordsPerFile;
    this.copiesImages = isTar && copyImages;
    // WebDataset knows the files of an image by their names up to the first dot
    this.allowsDots = !isTar;
    this.identity = {
      format,
      // the flag's first name, which manifests keep: runs begun with it go on
      shard_size: recordsPerFile,
      ...(isTar && { images: copyImages ? 'copied' : 'left out' }),
    };
  }

  /**
   * Goes on behind the last record that the journal knows; what was written behind it is cut off.
   *
   * @throws SamError `bad-run-folder` when a file of that name is someone else's.
   */
  async open({ storage, lastPart, isNew }: Pick<SinkRun, 'storage' | 'lastPart' | 'isNew'>): Promise<void> {
    this.#storage = storage;
    if (lastPart) {
      this.#index = partIndexOf(lastPart.output);
      this.#records = lastPart.records;
      this.#end = lastPart.end;
    }
    if (isNew) await this.#refuseForeignFiles(storage);
    else await this.#removeUnknownRecords(storage);
  }

  async write(result: NamedResult): Promise<Written> {
    return this.append(await this.#format.bytesOf(result));
  }

  /** Appends a record as it is. */
  async append(bytes: Uint8Array): Promise<Written> {
    if (this.#records === this.#recordsPerFile) await this.#beginNext();
    const output = this.#name;
    this.#file ??= await opened(this.#storage).append(output, this.#end);
    const range = await this.#file.append(bytes, { sync: true });
    this.#records++;
    this.#end = range.end;
    return { output, ...range };
  }

  async finish(): Promise<undefined> {}

  /** Ends the last file. */
  async close(): Promise<void> {
    await this.#endFile();
  }

  get #name(): string {
    return partFileName(this.#index, this.#format.extension);
  }

  async #beginNext(): Promise<void> {
    await this.#endFile();
    this.#index++;
    this.#records = 0;
    this.#end = 0;
  }

  async #endFile(): Promise<void> {
    const { trailer } = this.#format;
    if (!this.#file) return;
    try {
      if (trailer.length > 0 && this.#end > 0) await this.#file.append(trailer, { sync: true });
    } finally {
      await this.#file.close();
      this.#file = undefined;
    }
  }

  async #refuseForeignFiles(storage: Storage): Promise<void> {
    if ((await storage.sizeOf(this.#name)) === undefined) return;
    throw new SamError(
      'bad-run-folder',
      `Expected no ${storage.locate(this.#name)} in a folder without a run but found one`,
      'Choose another output folder, or move the file away.',
    );
  }

  /** A killed run may have written records that it did not come to note. */
  async #removeUnknownRecords(storage: Storage): Promise<void> {
    const { extension, trailer } = this.#format;
    const size = (await storage.sizeOf(this.#name)) ?? 0;
    if (this.#end === 0) await storage.remove(this.#name);
    // a file that ends as it should is left alone
    else if (size !== this.#end + trailer.length) this.#file = await storage.append(this.#name, this.#end);
    for (let index = this.#index + 1; ; index++) {
      if (!(await storage.remove(partFileName(index, extension)))) return;
    }
  }
}

/** `masks-00012.ndjson`. */
function partFileName(index: number, extension: string): string {
  return `masks-${String(index).padStart(5, '0')}${extension}`;
}

/** The number in the name of a file of many records. */
function partIndexOf(fileName: string): number {
  return Number(/^masks-(\d+)\./.exec(fileName)?.[1]);
}
