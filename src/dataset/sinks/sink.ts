/**
 * Where the results of a run go.
 *
 * @module
 */

import type { ImageResult } from '../../sam/found-mask.js';
import type { Storage } from '../../storage/storage.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import type { LastPart } from '../run-folder/journal.js';
import type { JournalLine } from '../run-folder/journal-lines.js';

/** An image's result, ready to be written. */
export interface Result {
  /** Name of the result, without an extension; no other image of the run has it. */
  readonly name: string;
  readonly result: ImageResult;
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

/** What a sink is told of the run that it is opened for. */
export interface SinkRun {
  /** Where results go. */
  readonly storage: Storage;
  /** Whether no run was there before: files with a sink's names are then someone else's. */
  readonly isNew: boolean;
  /** Where the last record lies that the run's journal knows, if records share files. */
  readonly lastPart?: LastPart;
  /** What the run's prompts say of images and classes. */
  readonly prompts?: PromptSet;
  /** All lines of the run's journal as it is now, some at a time. */
  journalLines(): AsyncIterable<readonly JournalLine[]>;
}

/** A sink that is open. */
export interface OpenSink {
  /** @throws SamError `unwritable-output`, or `unwritable-name` when only this result cannot be written. */
  write(result: Result): Promise<Written>;
  /** Closes its files, however the run ended. */
  close(): Promise<void>;
}

/** Where results go. A result is safe, whole, when `write` has answered; until then it is not there. */
export interface Sink extends OpenSink {
  /** What decides what is written, for the run's manifest. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Whether results are handed over in the order of the images, so that files with many are the same on every run. */
  readonly isOrdered: boolean;
  /** Whether it copies the images' own files. */
  readonly copiesImages: boolean;
  /** Whether names of results may have dots in their last part. */
  readonly allowsDots: boolean;
  /**
   * Makes ready to go on where the journal ends: called once, before all else.
   *
   * @throws SamError `bad-run-folder` when it cannot go on there.
   */
  open(run: SinkRun): Promise<void>;
  /**
   * Does what is left when a run has come to its end and the journal knows all results; a run that is interrupted is not at its end.
   *
   * @returns what to tell the user, if anything.
   */
  finish(): Promise<string | undefined>;
}

/** How records are written. */
export interface OutputOptions {
  /** Folder of the records. */
  readonly folder: string;
  /** One JSON file an image; or many records a file: NDJSON, gzipped NDJSON, or tar as SA-1B has it. @default 'json' */
  readonly format: OutputFormat | 'coco';
  /** Records in each file that holds many. @default 1000 */
  readonly recordsPerFile: number;
  /** Whether tar files hold the images too. @default true */
  readonly copyImages: boolean;
}

/** Names of the formats, as `--out-format` takes them. */
export const OUTPUT_FORMATS = ['json', 'ndjson', 'ndjson.gz', 'tar'] as const;

/** See {@link OUTPUT_FORMATS}. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
