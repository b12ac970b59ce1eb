/**
 * Where the results of a run go. A kind of sink is one module that makes one of these; `sinks.ts` lists them.
 *
 * @module
 */

import type { GreyImage } from '../../image/encode-image.js';
import type { ImageResult } from '../../sam/found-mask.js';
import type { Category } from '../../sam/image-prompts.js';
import type { Storage } from '../../storage/storage.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import type { LastPart } from '../run-folder/journal.js';
import type { JournalLine } from '../run-folder/journal-lines.js';

/** An image's result, ready to be written. */
export interface NamedResult {
  /** Name of the result, without an extension; no other image of the run has it. */
  readonly name: string;
  readonly result: ImageResult;
  /** The image's own file, where it is copied beside the record. */
  readonly image?: { readonly bytes: Uint8Array; readonly extension: string };
  /** The image's edges, where those are what the run makes. */
  readonly edges?: GreyImage;
}

/** Where a result is. */
export interface Written {
  /** The file, as the storage names it. */
  readonly output: string;
  /** Where the record lies in it, when others lie there too. */
  readonly start?: number;
  readonly end?: number;
}

/** An image that no start of a run was asked for before. */
export interface NewImage {
  /** Of its result, without an extension. */
  readonly name: string;
  /** Path or URL of the file that it is, or is a part of. */
  readonly path: string;
}

/** What a sink is told of the run that it is opened for. */
export interface SinkRun {
  /** Where results go. */
  readonly storage: Storage;
  /** Whether no run was there before: files with a sink's names are then someone else's. */
  readonly isNew: boolean;
  /** Where the last record lies that the run's journal knows, if records share files. */
  readonly lastPart?: LastPart;
  /** All images that no start was asked for before: a file that has the name of a result of theirs is someone else's. */
  newImages(): AsyncIterable<NewImage>;
  /** What the run's prompts say of images and classes. */
  readonly prompts?: PromptSet;
  /** Classes that the run's words give masks; none where it has no words. */
  readonly wordCategories?: readonly Category[];
  /** All lines of the run's journal as it is now, some at a time. */
  journalLines(): AsyncIterable<readonly JournalLine[]>;
}

/** Where results go. A result is safe, whole, when `write` has answered; until then it is not there. */
export interface Sink {
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
  /** @throws SamError `unwritable-output`, or `unwritable-name` when only this result cannot be written. */
  write(result: NamedResult): Promise<Written>;
  /**
   * Does what is left when a run has come to its end and the journal knows all results; a run that is interrupted is not at its end.
   *
   * @returns what to tell the user, if anything.
   * @throws SamError `unwritable-output`, `bad-run-folder` when what is there is damaged.
   */
  finish(): Promise<string | undefined>;
  /** Closes its files, however the run ended. */
  close(): Promise<void>;
}

/** What a sink was opened with. @throws Error when it was not opened: a mistake of the program, not of the user. */
export function opened<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Expected a sink that is open');
  return value;
}
