import { FingerprintTable } from './fingerprint-table.js';

/** Texts to numbers, without keeping the texts: 19 to 21 bytes for each, so that what became of millions of images fits. */
export class FingerprintMap {
  readonly #table = new FingerprintTable(true);

  /** Texts that have a number. */
  get size(): number {
    return this.#table.size;
  }

  /** The number of a text; 0 when it has none. */
  get(text: string): number {
    const slot = this.#table.find(text);
    return slot < 0 ? 0 : this.#table.numberAt(slot);
  }

  /**
   * Gives a text a number from 1 to 2^32 - 1.
   *
   * @returns the number that it had before, or 0.
   */
  exchange(text: string, number: number): number {
    const slot = this.#table.enter(text);
    const before = this.#table.numberAt(slot);
    this.#table.setNumberAt(slot, number);
    return before;
  }
}
