/**
 * What workers of a queue note of the images that they did.
 *
 * Many machines cannot append to one journal. A worker therefore writes a small file for each batch of images, whole or not at all, and
 * whoever opens the run next makes lines of the journal of them.
 *
 * @module
 */

import { groupsOf } from '../../storage/groups.js';
import type { Storage } from '../../storage/storage.js';
import { QUEUE_FOLDER } from './file-names.js';
import type { Journal } from './journal.js';
import { type JournalLine, lineOfText } from './journal-lines.js';

/**
 * How the names of records end. What is begun a worker hands to the next one: some of the images have no line yet, and it never becomes a
 * part of the journal.
 */
const ENDINGS = { ended: '.ndjson', begun: '.begun' } as const;
/** Records read at the same time. */
const READ_AT_ONCE = 64;

/** Whether each image of a batch has a line. */
type BatchState = keyof typeof ENDINGS;

/** The records of a run's batches. */
export class BatchRecords {
  readonly #storage: Storage;
  /** Its name ends in a slash. */
  readonly #folder: string;
  readonly #onNotice: (message: string) => void;

  /**
   * @param begunAt - Of the run, see `begunAtOf`. Workers of a run that was here before and was started again with --overwrite may not have heard
   *   of that yet: what they note is not found among the records of this one.
   * @param onNotice - Told of records that are damaged.
   */
  constructor(storage: Storage, begunAt: string, onNotice: (message: string) => void = () => {}) {
    this.#storage = storage;
    this.#folder = `${QUEUE_FOLDER}/${begunAt.replaceAll(/\D/g, '')}/`;
    this.#onNotice = onNotice;
  }

  /** Writes the record of a batch, whole or not at all. */
  async write(batch: string, lines: readonly JournalLine[], state: BatchState = 'ended'): Promise<void> {
    await this.#storage.write(this.#nameOf(batch, state), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** The lines of a batch's record; undefined when there is none, or a damaged one: its images are then done again. */
  read(batch: string, state: BatchState = 'ended'): Promise<JournalLine[] | undefined> {
    return this.#read(this.#nameOf(batch, state));
  }

  /** Removes the record of a batch that was begun, if there is one. */
  async removeBegun(batch: string): Promise<void> {
    await this.#storage.remove(this.#nameOf(batch, 'begun'));
  }

  /** Names of the records of batches that ended, in the order of their images. */
  async names(): Promise<string[]> {
    return (await namesThatEndIn(this.#storage, this.#folder, [ENDINGS.ended])).sort();
  }

  /**
   * Makes lines of the journal of all records of batches that ended, in the order of the images, and removes those records, damaged ones too.
   * Images that the journal calls done stay as they are: a batch may have been done twice.
   *
   * @throws SamError `unwritable-output`
   */
  async joinTo(journal: Journal): Promise<void> {
    for (const names of groupsOf(await this.names(), READ_AT_ONCE)) {
      const records = await Promise.all(names.map((name) => this.#read(name)));
      const lines = new Map(records.flatMap((each) => each ?? []).map((line) => [line.image, line]));
      await journal.appendAll([...lines.values()].filter(({ image }) => journal.stateOf(image) !== 'done'));
      await Promise.all(names.map((name) => this.#storage.remove(name)));
    }
  }

  async #read(name: string): Promise<JournalLine[] | undefined> {
    const bytes = await this.#storage.read(name);
    const lines = bytes && linesOf(bytes);
    if (bytes && !lines) {
      const path = this.#storage.locate(name);
      this.#onNotice(
        `Expected what became of a batch’s images in ${path} but it is damaged: they count as not done, and a further start does them`,
      );
    }
    return lines;
  }

  #nameOf(batch: string, state: BatchState): string {
    return `${this.#folder}${batch}${ENDINGS[state]}`;
  }
}

/** The lines of all records of all runs in a place, of batches that ended or begun, in any order; damaged ones are passed over. */
export async function* notedLines(storage: Storage): AsyncGenerator<JournalLine> {
  for (const name of await namesThatEndIn(storage, `${QUEUE_FOLDER}/`, Object.values(ENDINGS))) {
    const bytes = await storage.read(name).catch(() => undefined);
    if (bytes) yield* linesOf(bytes) ?? [];
  }
}

/** Undefined for a record that was not written to its end, or with a line that is none. */
function linesOf(bytes: Uint8Array): JournalLine[] | undefined {
  const texts = new TextDecoder().decode(bytes).split('\n');
  if (texts.pop() !== '' || texts.length === 0) return undefined;
  const lines = texts.map(lineOfText).filter((line) => line !== undefined);
  return lines.length === texts.length ? lines : undefined;
}

async function namesThatEndIn(storage: Storage, folder: string, endings: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const name of storage.list(folder)) {
    if (endings.some((ending) => name.endsWith(ending))) names.push(name);
  }
  return names;
}
