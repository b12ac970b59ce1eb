/** A slot is two lanes of the fingerprint and the value, side by side so that one look at memory finds all three. */
const STRIDE = 3;
const VALUE = 2;
/** Slots used before the table grows: above this, probes get long. */
const FULLEST = 0.7;

/**
 * Texts to numbers, without keeping the texts: each is known by a fingerprint of 64 bits, 12 bytes a slot, so that the names of
 * millions of images fit. Two of a million texts share a fingerprint once in thirty million such sets.
 */
export class FingerprintMap {
  #slots = 4096;
  #table: Uint32Array;
  #size = 0;
  #low = 0;
  #high = 0;

  /** @param expected - About how many texts there will be: saves moving them as the table grows. @default few */
  constructor(expected = 0) {
    while (this.#slots * FULLEST < expected) this.#slots *= 4;
    this.#table = new Uint32Array(this.#slots * STRIDE);
  }

  /** The same texts and numbers, in a map of its own. */
  copy(): FingerprintMap {
    const copy = new FingerprintMap();
    copy.#slots = this.#slots;
    copy.#table = this.#table.slice();
    copy.#size = this.#size;
    return copy;
  }

  /** Texts that have a number. */
  get size(): number {
    return this.#size;
  }

  /** The number of a text; 0 when it has none. */
  get(text: string): number {
    this.#takeFingerprint(text);
    return this.#table[this.#placeOf(this.#low, this.#high) + VALUE];
  }

  /**
   * Gives a text a number from 1 to 2^32 - 1.
   *
   * @returns the number that it had before, or 0.
   */
  exchange(text: string, value: number): number {
    this.#takeFingerprint(text);
    const low = this.#low;
    const high = this.#high;
    let place = this.#placeOf(low, high);
    const before = this.#table[place + VALUE];
    if (before === 0) {
      if (++this.#size > this.#slots * FULLEST) {
        this.#grow();
        place = this.#placeOf(low, high);
      }
      this.#table[place] = low;
      this.#table[place + 1] = high;
    }
    this.#table[place + VALUE] = value;
    return before;
  }

  /** Gives a text the number 1; answers whether it had none before. */
  add(text: string): boolean {
    return this.exchange(text, 1) === 0;
  }

  /** Where the slot of a fingerprint is, or the free one where it would go. */
  #placeOf(low: number, high: number): number {
    const table = this.#table;
    const mask = this.#slots - 1;
    let slot = (low ^ (high >>> 7)) & mask;
    for (;;) {
      const place = slot * STRIDE;
      if (table[place + VALUE] === 0 || (table[place] === low && table[place + 1] === high)) return place;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#slots *= 4;
    this.#table = new Uint32Array(this.#slots * STRIDE);
    for (let from = 0; from < old.length; from += STRIDE) {
      if (old[from + VALUE] === 0) continue;
      const place = this.#placeOf(old[from], old[from + 1]);
      this.#table[place] = old[from];
      this.#table[place + 1] = old[from + 1];
      this.#table[place + VALUE] = old[from + VALUE];
    }
  }

  /** Two multiplicative hashes side by side, each mixed with the other at the end (as cyrb53 does). */
  #takeFingerprint(text: string): void {
    let a = 0xdeadbeef | 0;
    let b = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      b = Math.imul(b ^ unit, 0x5f356495);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    this.#low = a >>> 0;
    this.#high = b >>> 0;
  }
}
