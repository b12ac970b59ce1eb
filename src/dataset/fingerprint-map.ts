const LANES = 2;
/** Slots used before the table grows: above this, probes get long. */
const FULLEST = 0.7;

/**
 * Texts to numbers, without keeping the texts: each is known by a fingerprint of 64 bits, 12 bytes a slot, so that the names of
 * millions of pictures fit. Two of a million texts share a fingerprint once in thirty million such sets.
 */
export class FingerprintMap {
  #slots = 1024;
  #lanes = new Uint32Array(this.#slots * LANES);
  #values = new Uint32Array(this.#slots);
  #size = 0;
  #low = 0;
  #high = 0;

  /** Texts that have a number. */
  get size(): number {
    return this.#size;
  }

  /** The number of a text; 0 when it has none. */
  get(text: string): number {
    this.#takeFingerprint(text);
    return this.#values[this.#slotOf(this.#low, this.#high)];
  }

  /** Gives a text a number from 1 to 2^32 - 1. */
  set(text: string, value: number): void {
    this.#takeFingerprint(text);
    this.#put(this.#low, this.#high, value);
  }

  /** Gives a text the number 1; answers whether it had none before. */
  add(text: string): boolean {
    if (this.get(text) !== 0) return false;
    this.#put(this.#low, this.#high, 1);
    return true;
  }

  #put(low: number, high: number, value: number): void {
    const slot = this.#slotOf(low, high);
    if (this.#values[slot] === 0) {
      if (this.#size + 1 > this.#slots * FULLEST) {
        this.#grow();
        this.#put(low, high, value);
        return;
      }
      this.#size++;
      this.#lanes[slot * LANES] = low;
      this.#lanes[slot * LANES + 1] = high;
    }
    this.#values[slot] = value;
  }

  /** The slot of a fingerprint, or the free one where it would go. */
  #slotOf(low: number, high: number): number {
    const mask = this.#slots - 1;
    let slot = (low ^ (high >>> 7)) & mask;
    while (this.#values[slot] !== 0) {
      if (this.#lanes[slot * LANES] === low && this.#lanes[slot * LANES + 1] === high) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const lanes = this.#lanes;
    const values = this.#values;
    this.#slots *= 2;
    this.#lanes = new Uint32Array(this.#slots * LANES);
    this.#values = new Uint32Array(this.#slots);
    this.#size = 0;
    for (let slot = 0; slot < values.length; slot++) {
      if (values[slot] !== 0) this.#put(lanes[slot * LANES], lanes[slot * LANES + 1], values[slot]);
    }
  }

  /** Two multiplicative hashes side by side, each mixed with the other at the end (as cyrb53 does). */
  #takeFingerprint(text: string): void {
    let a = 0xdeadbeef;
    let b = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 2654435761);
      b = Math.imul(b ^ unit, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    this.#low = a >>> 0;
    this.#high = b >>> 0;
  }
}
