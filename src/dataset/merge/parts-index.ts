import type { DoneLine, JournalLine } from '../run-folder/journal-lines.js';
import { LineIndex } from '../run-reader/line-index.js';
import type { Parts } from './parts.js';

/** Ids named in a report; the counts are of all. */
const NAMED_IDS = 20;

/** Some of the images that a report names, and the count of all. */
export class NamedImages {
  readonly first: number[] = [];
  count = 0;

  add(id: number): void {
    this.count++;
    if (this.first.length < NAMED_IDS) this.first.push(id);
  }
}

/** What the parts of a run have of each image: the line that counts, and of which part it is. */
export class PartsIndex {
  readonly duplicates = new NamedImages();
  readonly #parts: Parts;
  readonly #index: LineIndex;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#index = new LineIndex(parts[0].highestId);
  }

  /** @throws SamError `bad-run-folder` for a journal that is damaged. */
  static async of(parts: Parts): Promise<PartsIndex> {
    const made = new PartsIndex(parts);
    for (const [number, part] of parts.entries()) {
      for await (const lines of part.lines()) {
        for (const line of lines) if (made.#index.note(line, number)) made.duplicates.add(line.line.image_id);
      }
    }
    return made;
  }

  /** Whether the record of an image is that of this part. */
  isFrom(part: number, id: number): boolean {
    const place = this.#index.at(id);
    return place?.part === part && place.isDone;
  }

  /** Whether any record is that of this part. */
  hasRecordsOf(part: number): boolean {
    for (const place of this.#index.done()) if (place.part === part) return true;
    return false;
  }

  /** The line that counts of each image, with the number of its part; undefined where there is none. In the order of the images. */
  async *lines(): AsyncGenerator<{ readonly id: number; readonly part: number; readonly line?: JournalLine }> {
    const { highestId } = this.#parts[0];
    for (let id = 1; id <= highestId; id++) {
      const place = this.#index.at(id);
      if (place) yield { id, part: place.part, line: await this.#parts[place.part].lineAt(place) };
      else yield { id, part: 0 };
    }
  }

  /** The lines of images that are done. */
  async *doneLines(): AsyncGenerator<DoneLine> {
    for await (const { line } of this.lines()) if (line?.state === 'done') yield line;
  }
}
