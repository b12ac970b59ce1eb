/** Where the journal's line about an image is. */
export interface LinePlace {
  /** Which of several journals. */
  readonly part: number;
  readonly offset: number;
  readonly length: number;
  readonly isDone: boolean;
}

/** For every image the line that counts, in 17 bytes an image. */
export class LineIndex {
  readonly #parts: Uint32Array;
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #isDone: Uint8Array;

  constructor(highestId: number) {
    this.#parts = new Uint32Array(highestId + 1);
    this.#offsets = new Float64Array(highestId + 1);
    this.#lengths = new Uint32Array(highestId + 1);
    this.#isDone = new Uint8Array(highestId + 1);
  }

  /**
   * Takes notice of a line: a later one of the same journal counts more, a record more than a failure, and of two records in two
   * journals the first.
   *
   * @returns whether another journal has a record of the image too.
   */
  note(id: number, { part, offset, length, isDone }: LinePlace): boolean {
    if (!(id > 0 && id < this.#lengths.length)) return false;
    const known = this.at(id);
    const isElsewhere = known !== undefined && known.part !== part;
    if (isElsewhere && known.isDone) return isDone;
    if (isElsewhere && !isDone) return false;
    this.#parts[id] = part;
    this.#offsets[id] = offset;
    this.#lengths[id] = length;
    this.#isDone[id] = isDone ? 1 : 0;
    return false;
  }

  /** The line that counts; undefined when there is none. */
  at(id: number): LinePlace | undefined {
    const length = this.#lengths[id];
    if (length === 0) return undefined;
    return { part: this.#parts[id], offset: this.#offsets[id], length, isDone: this.#isDone[id] === 1 };
  }
}
