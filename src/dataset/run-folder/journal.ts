import { AppendOnlyFile } from '../../storage/append-only-file.js';
import { FingerprintMap } from '../plan/fingerprint-map.js';
import { completeLengthOf, type JournalLine, journalLines } from './journal-lines.js';

/** Where the last record of a run lies that gathers records in files. */
export interface LastPart {
  readonly output: string;
  readonly records: number;
  /** End of its last record. */
  readonly end: number;
}

/** Bytes of a usual line, rather fewer: how many lines a journal has need not be known exactly. */
const BYTES_PER_LINE = 128;
const DONE = 1;
const FAILED = 2;

/** What became of each image: an append-only file, and what it says in short. */
export class Journal {
  readonly path: string;
  /** Locators to DONE or FAILED. */
  readonly #states: FingerprintMap;
  #file: AppendOnlyFile | undefined;
  #done = 0;
  #failed = 0;
  #masks = 0;
  #lastPart: LastPart | undefined;

  private constructor(path: string, bytes: number) {
    this.path = path;
    this.#states = new FingerprintMap(bytes / BYTES_PER_LINE);
  }

  /**
   * Reads a journal and opens it for more lines; made if need be.
   *
   * @param onLine - Told every line.
   */
  static async open(path: string, onLine?: (line: JournalLine) => void): Promise<Journal> {
    const journal = await Journal.read(path, onLine);
    journal.#file = await AppendOnlyFile.open(path, await completeLengthOf(path));
    return journal;
  }

  /** Reads a journal that another process may be writing. */
  static async read(path: string, onLine?: (line: JournalLine) => void): Promise<Journal> {
    const journal = new Journal(path, await completeLengthOf(path));
    for await (const lines of journalLines(path)) {
      for (const line of lines) {
        journal.#take(line);
        onLine?.(line);
      }
    }
    return journal;
  }

  /** Images whose record is written. */
  get done(): number {
    return this.#done;
  }

  /** Images that failed and were not done since. */
  get failed(): number {
    return this.#failed;
  }

  /** Masks of the images done. */
  get masks(): number {
    return this.#masks;
  }

  /** The shard that is open for more records, if records are gathered. */
  get lastPart(): LastPart | undefined {
    return this.#lastPart;
  }

  /** What became of an image so far. */
  stateOf(locator: string): JournalLine['state'] | undefined {
    const state = this.#states.get(locator);
    if (state === 0) return undefined;
    return state === DONE ? 'done' : 'failed';
  }

  /** Appends a line. */
  async append(line: JournalLine): Promise<void> {
    await this.#file?.append(`${JSON.stringify(line)}\n`);
    this.#take(line);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #take(line: JournalLine): void {
    const before = this.#states.exchange(line.image, line.state === 'done' ? DONE : FAILED);
    if (before === FAILED) this.#failed--;
    if (before === DONE) this.#done--;
    if (line.state === 'failed') {
      this.#failed++;
      return;
    }
    this.#done++;
    this.#masks += line.masks;
    if (line.end === undefined) return;
    const { output, end } = line;
    const records = this.#lastPart?.output === output ? this.#lastPart.records + 1 : 1;
    this.#lastPart = { output, records, end };
  }
}
