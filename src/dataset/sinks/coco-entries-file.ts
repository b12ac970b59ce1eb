import { SamError } from '../../errors.js';
import type { CocoImageEntry } from '../../formats/coco/write.js';
import { completeLengthOf, separatedTexts } from '../../storage/lines.js';
import { readRanges } from '../../storage/read-ranges.js';
import type { AppendFile, Storage } from '../../storage/storage.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import type { ImageLine, ImagePlaces } from './image-places.js';

/**
 * What a run's COCO file says of each image, noted as images are done, one a line, in any order. An image may be there more than once, and one may
 * be there that the journal does not know: a run was killed between the two.
 */
export class CocoEntriesFile {
  readonly #storage: Storage;
  readonly #keep: number;
  #file: Promise<AppendFile> | undefined;

  private constructor(storage: Storage, keep: number) {
    this.#storage = storage;
    this.#keep = keep;
  }

  /**
   * Goes on in the file that is there.
   *
   * @param isNew - Whether no run was there before: what is in the file then is of none.
   */
  static async open(storage: Storage, isNew: boolean): Promise<CocoEntriesFile> {
    return new CocoEntriesFile(storage, isNew ? 0 : await completeLengthOf(storage, RUN_FILES.cocoEntries));
  }

  /**
   * Appends an image's entry.
   *
   * @param options - `sync`: whether it is to outlive a power cut when this has answered.
   */
  async append(entry: CocoImageEntry, options: { readonly sync: boolean }): Promise<ImageLine> {
    const { start, end } = await (await this.#opened()).append(`${JSON.stringify(entry)}\n`, options);
    return { id: entry.image_id, start, end: end - 1 };
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => undefined);
    await file?.close();
  }

  /** Notes where the entry of each image lies. */
  async findPlaces(places: ImagePlaces): Promise<void> {
    const { length } = await this.#opened();
    if (length === 0) return;
    let start = 0;
    for await (const texts of separatedTexts(this.#storage.stream(RUN_FILES.cocoEntries, { end: length }), '\n')) {
      for (const text of texts) {
        const end = start + Buffer.byteLength(text);
        const id = imageIdOfEntry(text);
        if (id === undefined) throw this.#damaged();
        places.setPlace({ id, start, end });
        start = end + 1;
      }
    }
  }

  /**
   * The entries at these places, in their order.
   *
   * @throws SamError `bad-run-folder` when one is damaged.
   */
  async *entries(places: Iterable<ImageLine>): AsyncGenerator<CocoImageEntry> {
    for await (const line of readRanges(this.#storage, RUN_FILES.cocoEntries, places)) yield this.#entryOf(line);
  }

  #entryOf(line: Uint8Array): CocoImageEntry {
    try {
      return JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8'));
    } catch {
      throw this.#damaged();
    }
  }

  #damaged(): SamError {
    return new SamError(
      'bad-run-folder',
      `Expected the annotations of an image in each line of ${this.#storage.locate(RUN_FILES.cocoEntries)} but received other text`,
      'Remove that file and run the same command again: it is made anew of the records.',
    );
  }

  #opened(): Promise<AppendFile> {
    this.#file ??= this.#storage.append(RUN_FILES.cocoEntries, this.#keep);
    return this.#file;
  }
}

/** The image that a line of the file is about; undefined when it is damaged. */
export function imageIdOfEntry(line: string): number | undefined {
  const digits = /^\{"image_id":(\d{1,15}),/.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
