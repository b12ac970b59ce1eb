import { Fingerprint } from './fingerprint.js';

/** Slots of a page. Pages are made and never moved: a table that grows has nothing to copy, and leaves nothing behind. */
const PAGE_BITS = 10;
const PAGE_SLOTS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_SLOTS - 1;
/** Slots used before the table grows: above this, runs of used slots get long. */
const FULLEST = 0.85;

/**
 * Texts, known by their fingerprints alone, and a number for each if need be: 12 bytes a slot and 4 for the number. With 75 to 85 of a hundred
 * slots used that is 14 to 16 bytes a text (19 to 21 with a number), also while it grows.
 *
 * Hashing with linear probing, the entries in the order of their fingerprints: each is where its fingerprint belongs or as close behind
 * as those before it let it be. So a table is stretched in place.
 */
export class FingerprintTable {
  readonly #fingerprint = new Fingerprint();
  /** Words of a slot: the fingerprint, and the number. */
  readonly #width: number;
  readonly #pages: Uint32Array[] = [];
  /** Pages in which an entry belongs somewhere. Those behind are for what the last of them has no room for; the very last slot is free. */
  #homePages = 1;
  #size = 0;

  constructor(hasNumbers: boolean) {
    this.#width = hasNumbers ? 4 : 3;
    this.#addPages(2);
  }

  /** How many texts it has. */
  get size(): number {
    return this.#size;
  }

  /** The slot of a text, until another one is entered; -1 when it has none. */
  find(text: string): number {
    this.#fingerprint.take(text);
    const slot = this.#slotFor(this.#fingerprint);
    return this.#isAt(slot, this.#fingerprint) ? slot : -1;
  }

  /** The slot of a text, until another one is entered. A text that is new gets one, with the number 0. */
  enter(text: string): number {
    const fingerprint = this.#fingerprint;
    fingerprint.take(text);
    let slot = this.#slotFor(fingerprint);
    if (this.#isAt(slot, fingerprint)) return slot;
    if (this.#size >= this.#homePages * PAGE_SLOTS * FULLEST) {
      this.#grow();
      slot = this.#slotFor(fingerprint);
    }
    this.#makeRoomAt(slot);
    const page = this.#pages[slot >>> PAGE_BITS];
    const place = (slot & PAGE_MASK) * this.#width;
    page[place] = fingerprint.a;
    page[place + 1] = fingerprint.b;
    page[place + 2] = fingerprint.c;
    if (this.#width > 3) page[place + 3] = 0;
    this.#size++;
    return slot;
  }

  /** The number in a slot. */
  numberAt(slot: number): number {
    return this.#pages[slot >>> PAGE_BITS][(slot & PAGE_MASK) * this.#width + 3];
  }

  /** Puts a number from 0 to 2^32 - 1 in a slot. */
  setNumberAt(slot: number, number: number): void {
    this.#pages[slot >>> PAGE_BITS][(slot & PAGE_MASK) * this.#width + 3] = number;
  }

  #addPages(count: number): void {
    for (let i = 0; i < count; i++) this.#pages.push(new Uint32Array(PAGE_SLOTS * this.#width));
  }

  /** Where an entry belongs: from the first slot to the last as its fingerprint is from 0 to 2^32. Exact, since no product exceeds 2^53. */
  #homeOf(a: number): number {
    return Math.floor((a * this.#homePages) / (2 ** 32 / PAGE_SLOTS));
  }

  /** Where a fingerprint is, or where it would go. */
  #slotFor({ a, b, c }: Fingerprint): number {
    const pages = this.#pages;
    const width = this.#width;
    for (let slot = this.#homeOf(a); ; slot++) {
      const page = pages[slot >>> PAGE_BITS];
      const place = (slot & PAGE_MASK) * width;
      if (page[place + 2] === 0 || page[place] > a) return slot;
      if (page[place] === a && page[place + 1] === b && page[place + 2] === c) return slot;
    }
  }

  #isAt(slot: number, { a, b, c }: Fingerprint): boolean {
    const page = this.#pages[slot >>> PAGE_BITS];
    const place = (slot & PAGE_MASK) * this.#width;
    return page[place] === a && page[place + 1] === b && page[place + 2] === c;
  }

  #isFree(slot: number): boolean {
    return this.#pages[slot >>> PAGE_BITS][(slot & PAGE_MASK) * this.#width + 2] === 0;
  }

  /** Frees a slot: what is there, and all behind it up to the next free slot, goes one on. */
  #makeRoomAt(slot: number): void {
    const width = this.#width;
    let free = slot;
    while (!this.#isFree(free)) free++;
    if (free === this.#pages.length * PAGE_SLOTS - 1) this.#addPages(1);
    while (free > slot) {
      // in one page as far as it goes, then over its edge
      const page = this.#pages[free >>> PAGE_BITS];
      const last = free & PAGE_MASK;
      const first = Math.max(0, last - (free - slot));
      for (let i = last * width - 1; i >= first * width; i--) page[i + width] = page[i];
      free -= last - first;
      if (free > slot) this.#move(free - 1, free--);
    }
  }

  /** Moves an entry to a free slot. */
  #move(from: number, to: number): void {
    const width = this.#width;
    const source = this.#pages[from >>> PAGE_BITS];
    const target = this.#pages[to >>> PAGE_BITS];
    const start = (from & PAGE_MASK) * width;
    const place = (to & PAGE_MASK) * width;
    target[place] = source[start];
    target[place + 1] = source[start + 1];
    target[place + 2] = source[start + 2];
    source[start + 2] = 0;
    if (width === 3) return;
    target[place + 3] = source[start + 3];
    source[start + 3] = 0;
  }

  /**
   * Makes the table an eighth larger: all entries go to its end, in their order, and from there to where they belong now. None meets one
   * that has not moved yet, since behind each of them there is room for all that follow.
   */
  #grow(): void {
    const more = Math.max(1, this.#homePages >>> 3);
    const slotsBefore = this.#pages.length * PAGE_SLOTS;
    this.#addPages(more);
    this.#homePages += more;
    const slots = this.#pages.length * PAGE_SLOTS;
    let first = slots;
    for (let from = slotsBefore - 1; from >= 0; from--) if (!this.#isFree(from)) this.#move(from, --first);
    let next = 0;
    for (let from = first; from < slots; from++) {
      const a = this.#pages[from >>> PAGE_BITS][(from & PAGE_MASK) * this.#width];
      const to = Math.max(next, this.#homeOf(a));
      if (to !== from) this.#move(from, to);
      next = to + 1;
    }
  }
}
