/**
 * Files that only save time, such as image embeddings and the compiled decoder.
 *
 * One policy for all that is written: **a result that cannot be written ends the run** (`unwritable-output`), since a run that goes
 * on would have to be done again. **A file of a cache that cannot be written does not**: the run goes on without it, and a notice
 * says once which folder could not be written and why. A file of a cache that cannot be read is made anew.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { writeAtomic } from './write-atomic.js';

/** Options of {@link CacheFolder}. */
export interface CacheFolderOptions {
  /** What is kept there, in words for the notice: "embeddings". */
  readonly content: string;
  /** Told once, as a sentence, when a file cannot be kept. */
  readonly onNotice?: (message: string) => void;
}

/** A folder of files that save time and are made again when they are gone. Processes and machines may share one. */
export class CacheFolder {
  readonly #folder: string;
  readonly #content: string;
  #onNotice: ((message: string) => void) | undefined;

  constructor(folder: string, { content, onNotice }: CacheFolderOptions) {
    this.#folder = folder;
    this.#content = content;
    this.#onNotice = onNotice;
  }

  /** The bytes kept under a name (relative, with forward slashes); undefined when there are none to be had. */
  async read(name: string): Promise<Buffer<ArrayBuffer> | undefined> {
    return readFile(join(this.#folder, name)).catch(() => undefined);
  }

  /** Keeps bytes, whole or not at all; folders are made. Never throws: see the policy above. */
  async keep(name: string, bytes: Uint8Array): Promise<void> {
    try {
      // whoever reads a file of a cache looks whether it is whole: a power cut may leave half of it
      await writeAtomic(join(this.#folder, name), bytes, { sync: false });
    } catch (error) {
      this.#onNotice?.(`${messageOf(error)}. The run goes on, but ${this.#content} cannot be kept in ${this.#folder}.`);
      this.#onNotice = undefined;
    }
  }
}
