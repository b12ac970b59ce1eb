import { completeLengthOf } from '../../storage/lines.js';
import type { AppendFile, Storage } from '../../storage/storage.js';
import { FingerprintMap } from '../plan/fingerprint-map.js';
import { RUN_FILES } from './file-names.js';
import { type JournalLine, journalLines } from './journal-lines.js';

/** How many images failed, by code. */
export type FailuresByCode = Record<string, number>;

/** The file with the last record of a run that gathers records in files. */
export interface LastPart {
  readonly output: string;
  readonly records: number;
  /** Where its last record ends. */
  readonly end: number;
}

/** State of an image whose record is written. */
const DONE = 1;
/** State of an image whose last failure is the journal's first; further ones count on. */
const FIRST_FAILURE = 2;

/** What became of each image: an append-only file, and what it says in short. */
export class Journal {
  /** Locators to DONE, or to FIRST_FAILURE and up. */
  readonly #states = new FingerprintMap();
  /** For each failure of the journal the place of its code. */
  readonly #failures: number[] = [];
  readonly #codes: string[] = [];
  /** Images that are failed still, for each code. */
  readonly #failedOfCode: number[] = [];
  #open: (() => Promise<AppendFile>) | undefined;
  #file: Promise<AppendFile> | undefined;
  #done = 0;
  #failed = 0;
  #masks = 0;
  #lastPart: LastPart | undefined;

  private constructor() {}

  /** Reads a run's journal, for more lines to be appended. The file is made with the first: a run that is refused leaves none. */
  static async open(storage: Storage): Promise<Journal> {
    const journal = await Journal.read(storage);
    journal.#open = async () => storage.append(RUN_FILES.journal, await completeLengthOf(storage, RUN_FILES.journal));
    return journal;
  }

  /**
   * Reads a journal that another process may be writing.
   *
   * @param onLine - Told every line.
   */
  static async read(storage: Storage, onLine?: (line: JournalLine) => void): Promise<Journal> {
    const journal = new Journal();
    for await (const lines of journalLines(storage)) {
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

  /** The same by the code of their last failure. */
  get failuresByCode(): FailuresByCode {
    const counts = this.#codes.map((code, i): [string, number] => [code, this.#failedOfCode[i]]);
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  /** Masks of the images done. */
  get masks(): number {
    return this.#masks;
  }

  /** The file that is open for more records, if records are gathered in files. */
  get lastPart(): LastPart | undefined {
    return this.#lastPart;
  }

  /** What became of an image so far. */
  stateOf(locator: string): JournalLine['state'] | undefined {
    const state = this.#states.get(locator);
    if (state === 0) return undefined;
    return state === DONE ? 'done' : 'failed';
  }

  /** Whether an image is failed still and its last failure is the journal's `failure`-th, from 0. */
  isLastOf(locator: string, failure: number): boolean {
    return this.#states.get(locator) === FIRST_FAILURE + failure;
  }

  /** Appends a line. */
  async append(line: JournalLine): Promise<void> {
    this.#file ??= this.#open?.();
    await (await this.#file)?.append(`${JSON.stringify(line)}\n`);
    this.#take(line);
  }

  /** Appends some lines, which outlive a power cut when this has answered. */
  async appendAll(lines: readonly JournalLine[]): Promise<void> {
    if (lines.length === 0) return;
    this.#file ??= this.#open?.();
    await (await this.#file)?.append(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { sync: true });
    for (const line of lines) this.#take(line);
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => undefined);
    await file?.close();
  }

  #take(line: JournalLine): void {
    const now = line.state === 'done' ? DONE : FIRST_FAILURE + this.#failures.length;
    const before = this.#states.exchange(line.image, now);
    if (before === DONE) this.#done--;
    else if (before >= FIRST_FAILURE) {
      this.#failed--;
      this.#failedOfCode[this.#failures[before - FIRST_FAILURE]]--;
    }
    if (line.state === 'failed') {
      this.#failed++;
      const code = this.#placeOfCode(line.code);
      this.#failures.push(code);
      this.#failedOfCode[code]++;
      return;
    }
    this.#done++;
    this.#masks += line.masks;
    if (line.end === undefined) return;
    const { output, end } = line;
    const records = this.#lastPart?.output === output ? this.#lastPart.records + 1 : 1;
    this.#lastPart = { output, records, end };
  }

  #placeOfCode(code: string): number {
    const place = this.#codes.indexOf(code);
    if (place >= 0) return place;
    this.#failedOfCode.push(0);
    return this.#codes.push(code) - 1;
  }
}
