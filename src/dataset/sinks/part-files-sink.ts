import { SamError } from '../../errors.js';
import type { AppendFile, Storage } from '../../storage/storage.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import type { LastPart } from '../run-folder/journal.js';
import { OwnFiles } from '../run-folder/own-files.js';
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
  #files: OwnFiles | undefined;
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
   * @throws SamError `bad-run-folder` when a file of such a name is someone else's, or the last file lacks records.
   */
  async open({ storage, lastPart }: Pick<SinkRun, 'storage' | 'lastPart'>): Promise<void> {
    this.#storage = storage;
    const files = await OwnFiles.open(storage, RUN_FILES.ownFiles);
    this.#files = files;
    if (lastPart) {
      this.#index = this.#indexOf(lastPart.output) ?? 0;
      this.#records = lastPart.records;
      this.#end = lastPart.end;
    }
    const unknown: string[] = [];
    for await (const name of storage.list(PART_NAME)) {
      const index = this.#indexOf(name);
      if (index === undefined || (lastPart && index <= this.#index)) continue;
      await files.refuseForeign(name);
      unknown.push(name);
    }
    // a killed run may have written records that it did not come to note
    await files.remove(unknown);
    if (lastPart) await this.#reopen(storage, lastPart);
  }

  async write(result: NamedResult): Promise<Written> {
    return this.append(await this.#format.bytesOf(result));
  }

  /** Appends a record as it is. */
  async append(bytes: Uint8Array): Promise<Written> {
    if (this.#records === this.#recordsPerFile) await this.#beginNext();
    const output = this.#name;
    if (!this.#file) {
      if (this.#end === 0) await opened(this.#files).claim(output);
      this.#file = await opened(this.#storage).append(output, this.#end);
    }
    const range = await this.#file.append(bytes, { sync: true });
    this.#records++;
    this.#end = range.end;
    return { output, ...range };
  }

  async finish(): Promise<undefined> {}

  /** Ends the last file. */
  async close(): Promise<void> {
    try {
      await this.#endFile();
    } finally {
      await this.#files?.close();
    }
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

  /** Cuts off what the journal does not know of the last file. */
  async #reopen(storage: Storage, { output, end }: LastPart): Promise<void> {
    const size = await storage.sizeOf(output);
    const isFull = this.#records >= this.#recordsPerFile;
    // a full file is done with: it may have been moved to another place
    if (size === undefined && isFull) return;
    if (size === undefined || size < end) throw lackingRecords(storage, output, end, size);
    // a file that ends as it should is left alone
    if (size !== end + this.#format.trailer.length) this.#file = await storage.append(output, end);
  }

  /** The number in the name of one of its files; undefined for any other name. */
  #indexOf(name: string): number | undefined {
    const digits = PART_FILE.exec(name);
    return digits?.[2] === this.#format.extension ? Number(digits[1]) : undefined;
  }
}

function lackingRecords(storage: Storage, output: string, end: number, size: number | undefined): SamError {
  const journal = storage.locate(RUN_FILES.journal);
  return new SamError(
    'bad-run-folder',
    `Expected ${end} bytes of records in ${storage.locate(output)} but ${size === undefined ? 'it is not there' : `it ends at ${size}`}`,
    `Put the whole file back; or remove the lines that name ${output} from ${journal} and run the same command again: their images are done again.`,
  );
}

/** How the names of files of many records begin. */
const PART_NAME = 'masks-';
const PART_FILE = new RegExp(`^${PART_NAME}(\\d{5,})(\\..*)$`);

/** `masks-00012.ndjson`. */
function partFileName(index: number, extension: string): string {
  return `${PART_NAME}${String(index).padStart(5, '0')}${extension}`;
}
