import type { DoneLine, JournalLine } from '../run-folder/journal-lines.js';
import { LineIndex, type LinePlace } from '../run-reader/line-index.js';
import type { Shards } from './shards.js';

/** Ids named in a report; the counts are of all. */
const NAMED_IDS = 20;

/** Images whose lines are read together: in a bucket each reading is a request. */
const IDS_AT_ONCE = 512;

/** Some of the images that a report names, and the count of all. */
export class NamedImages {
  readonly first: number[] = [];
  count = 0;

  add(id: number): void {
    this.count++;
    if (this.first.length < NAMED_IDS) this.first.push(id);
  }
}

/** What the shards of a run have of each image: the line that counts, and of which shard it is. */
export class ShardsIndex {
  readonly duplicates = new NamedImages();
  readonly #shards: Shards;
  readonly #index: LineIndex;

  private constructor(shards: Shards) {
    this.#shards = shards;
    this.#index = new LineIndex(shards[0].highestId);
  }

  /** @throws SamError `bad-run-folder` for a journal that is damaged. */
  static async of(shards: Shards): Promise<ShardsIndex> {
    const made = new ShardsIndex(shards);
    for (const [number, shard] of shards.entries()) {
      for await (const lines of shard.lines()) {
        for (const line of lines) if (made.#index.note(line, number)) made.duplicates.add(line.line.image_id);
      }
    }
    return made;
  }

  /** Whether the record of an image is that of this shard. */
  isFrom(shard: number, id: number): boolean {
    const place = this.#index.at(id);
    return place?.shard === shard && place.isDone;
  }

  /** Whether any record is that of this shard. */
  hasRecordsOf(shard: number): boolean {
    for (const place of this.#index.done()) if (place.shard === shard) return true;
    return false;
  }

  /** The line that counts of each image, with the number of its shard; undefined where there is none. In the order of the images. */
  async *lines(): AsyncGenerator<{ readonly id: number; readonly shard: number; readonly line?: JournalLine }> {
    const { highestId } = this.#shards[0];
    for (let first = 1; first <= highestId; first += IDS_AT_ONCE) {
      const ids = Array.from({ length: Math.min(IDS_AT_ONCE, highestId + 1 - first) }, (_, i) => first + i);
      const lines = await this.#linesOf(ids);
      for (const id of ids) {
        const line = lines.get(id);
        yield { id, shard: this.#index.at(id)?.shard ?? 0, ...(line && { line }) };
      }
    }
  }

  /** The lines of some images; those of a shard are read together. */
  async #linesOf(ids: readonly number[]): Promise<Map<number, JournalLine>> {
    const lines = new Map<number, JournalLine>();
    const placesOf = this.#shards.map((): LinePlace[] => []);
    for (const id of ids) {
      const place = this.#index.at(id);
      if (place) placesOf[place.shard].push(place);
    }
    for (const [shard, places] of placesOf.entries()) {
      for await (const line of this.#shards[shard].linesAt(places)) lines.set(line.image_id, line);
    }
    return lines;
  }

  /** The lines of images that are done. */
  async *doneLines(): AsyncGenerator<DoneLine> {
    for await (const { line } of this.lines()) if (line?.state === 'done') yield line;
  }
}
