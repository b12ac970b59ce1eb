import type { Sa1bFile } from '../../formats/sa1b-file.js';

/** An image's result, ready to be written. */
export interface Result {
  /** Name of the result, without an extension; no other image of the run has it. */
  readonly name: string;
  readonly record: Sa1bFile;
  /** The image's own file, where it is copied beside the record. */
  readonly image?: { readonly bytes: Uint8Array; readonly extension: string };
}

/** Where a result is. */
export interface Written {
  /** The file, below the output folder. */
  readonly output: string;
  /** Where the record lies in it, when others lie there too. */
  readonly start?: number;
  readonly end?: number;
}

/** Where results go. A result is safe, whole, when `write` has answered; until then it is not there. */
export interface ResultSink {
  /** Whether results are handed over in the order of the images, so that files with many are the same on every run. */
  readonly isOrdered: boolean;
  /** Whether it copies the images' own files. */
  readonly copiesImages: boolean;
  write(result: Result): Promise<Written>;
  close(): Promise<void>;
}

/** How records are written. */
export interface OutputOptions {
  /** Folder of the records. */
  readonly folder: string;
  /** One JSON file an image; or many records a file: NDJSON, gzipped NDJSON, or tar as SA-1B has it. @default 'json' */
  readonly format: OutputFormat;
  /** Records in each file that holds many. @default 1000 */
  readonly recordsPerFile: number;
  /** Whether tar files hold the images too. @default true */
  readonly copyImages: boolean;
}

/** Names of the formats, as `--out-format` takes them. */
export const OUTPUT_FORMATS = ['json', 'ndjson', 'ndjson.gz', 'tar'] as const;

/** See {@link OUTPUT_FORMATS}. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The part of the output options that decides what is written, for the manifest. */
export function outputIdentityOf({
  format,
  recordsPerFile,
  copyImages,
}: OutputOptions): Readonly<Record<string, unknown>> {
  if (format === 'json') return { format };
  return {
    format,
    records_per_file: recordsPerFile,
    ...(format === 'tar' && { images: copyImages ? 'copied' : 'left out' }),
  };
}
