/** Where the line about an image lies in a file of lines. */
export interface ImageLine {
  /** The image's position in the run. */
  readonly id: number;
  readonly start: number;
  /** Behind its last byte. */
  readonly end: number;
}

/** Which images of a run are done, and where the line about each lies: 13 bytes an image. */
export class ImagePlaces {
  #isDone = new Uint8Array(1024);
  #starts = new Float64Array(1024);
  #lengths = new Uint32Array(1024);

  /** Notes whether an image is done; what is said last counts. */
  setDone(id: number, isDone: boolean): void {
    if (isDone) this.#makeRoomFor(id);
    if (id < this.#isDone.length) this.#isDone[id] = isDone ? 1 : 0;
  }

  /** Notes where the line about an image lies; the last one counts. Images that are not done have none. */
  setPlace({ id, start, end }: ImageLine): void {
    if (this.#isDone[id] !== 1) return;
    this.#starts[id] = start;
    this.#lengths[id] = end - start;
  }

  /** Whether an image is done and has no line. */
  isMissing(id: number): boolean {
    return this.#isDone[id] === 1 && this.#lengths[id] === 0;
  }

  /** Whether any is. */
  get hasMissing(): boolean {
    return this.#isDone.some((isDone, id) => isDone === 1 && this.#lengths[id] === 0);
  }

  /** The lines of all images that are done, in the order of the images. */
  *inOrder(): Generator<ImageLine> {
    for (let id = 0; id < this.#isDone.length; id++) {
      const start = this.#starts[id] ?? 0;
      const length = this.#lengths[id] ?? 0;
      if (this.#isDone[id] === 1 && length > 0) yield { id, start, end: start + length };
    }
  }

  #makeRoomFor(id: number): void {
    const { length } = this.#isDone;
    if (id < length) return;
    const room = Math.max(id + 1, 2 * length);
    const grown = { isDone: new Uint8Array(room), starts: new Float64Array(room), lengths: new Uint32Array(room) };
    grown.isDone.set(this.#isDone);
    grown.starts.set(this.#starts);
    grown.lengths.set(this.#lengths);
    this.#isDone = grown.isDone;
    this.#starts = grown.starts;
    this.#lengths = grown.lengths;
  }
}
