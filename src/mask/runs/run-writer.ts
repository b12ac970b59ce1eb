/**
 * Builds canonical runs from front to back.
 *
 * @module
 */

/** Takes stretches of pixels in column-major order and joins those of one colour. */
export class RunWriter {
  #runs: Uint32Array;
  /** The first run is background and may stay 0; its last run is the one being extended. */
  #count = 1;
  #position = 0;

  /** @param expectedRuns - a good guess spares copying; more runs are fine */
  constructor(expectedRuns: number) {
    this.#runs = new Uint32Array(Math.max(expectedRuns, 4));
  }

  /** The pixels from where the writer stands up to position `end` (exclusive) are `value`; nothing if it stands there already. */
  extendTo(end: number, value: 0 | 1): void {
    const length = end - this.#position;
    if (length <= 0) return;
    this.#position = end;
    if ((this.#count - 1) % 2 === value) {
      this.#runs[this.#count - 1] += length;
      return;
    }
    if (this.#count === this.#runs.length) {
      const larger = new Uint32Array(2 * this.#count);
      larger.set(this.#runs);
      this.#runs = larger;
    }
    this.#runs[this.#count++] = length;
  }

  /** The runs written, the rest up to `pixelCount` being background. */
  finishedRuns(pixelCount: number): Uint32Array {
    this.extendTo(pixelCount, 0);
    return this.#runs.slice(0, this.#count);
  }
}
