import { FingerprintTable } from './fingerprint-table.js';

/** A set of texts that keeps no text: 14 to 16 bytes for each, so that the names of millions of images fit. */
export class FingerprintSet {
  readonly #table = new FingerprintTable(false);

  /** Texts that were added. */
  get size(): number {
    return this.#table.size;
  }

  has(text: string): boolean {
    return this.#table.find(text) >= 0;
  }

  /** Adds a text; answers whether it is new. */
  add(text: string): boolean {
    const before = this.#table.size;
    this.#table.enter(text);
    return this.#table.size > before;
  }
}
