import type { PlacedLine } from '../run-folder/journal-lines.js';

/** Where the journal's line about an image is. */
export interface LinePlace {
  /** Which of several journals. */
  readonly shard: number;
  readonly start: number;
  readonly end: number;
  readonly isDone: boolean;
}

/** For every image the line that counts, in 17 bytes an image. */
export class LineIndex {
  readonly #shards: Uint32Array;
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #isDone: Uint8Array;

  constructor(highestId: number) {
    this.#shards = new Uint32Array(highestId + 1);
    this.#starts = new Float64Array(highestId + 1);
    this.#lengths = new Uint32Array(highestId + 1);
    this.#isDone = new Uint8Array(highestId + 1);
  }

  /**
   * Takes notice of a line: a later one of the same journal counts more, a record more than a failure, and of two records in two
   * journals the first.
   *
   * @param shard - Which of several journals it is of.
   * @returns whether another journal has a record of the image too.
   */
  note({ line, start, end }: PlacedLine, shard: number): boolean {
    const { image_id: id, state } = line;
    const isDone = state === 'done';
    if (!(id > 0 && id < this.#lengths.length)) return false;
    const known = this.at(id);
    const isElsewhere = known !== undefined && known.shard !== shard;
    if (isElsewhere && known.isDone) return isDone;
    if (isElsewhere && !isDone) return false;
    this.#shards[id] = shard;
    this.#starts[id] = start;
    this.#lengths[id] = end - start;
    this.#isDone[id] = isDone ? 1 : 0;
    return false;
  }

  /** The line that counts; undefined when there is none. */
  at(id: number): LinePlace | undefined {
    const length = this.#lengths[id];
    // ids that the run never gave
    if (length === undefined || length === 0) return undefined;
    const start = this.#starts[id];
    return { shard: this.#shards[id], start, end: start + length, isDone: this.#isDone[id] === 1 };
  }

  /** The lines of all images that are done, in the order of the images. */
  *done(): Generator<LinePlace> {
    for (let id = 1; id < this.#lengths.length; id++) {
      const place = this.at(id);
      if (place?.isDone) yield place;
    }
  }
}
