import { SamError } from '../../errors.js';
import { imageResultOfSa1b } from '../../formats/sa1b/read.js';
import type { ImageResult } from '../../sam/found-mask.js';
import { checkFolder } from '../../storage/check-folder.js';
import { FolderStorage } from '../../storage/folder-storage.js';
import type { Storage } from '../../storage/storage.js';
import { FingerprintMap } from '../plan/fingerprint-map.js';
import { fitting, withoutExtension } from '../plan/output-names.js';
import { RUN_FILES } from './file-names.js';
import { type DoneLine, journalLines } from './journal-lines.js';
import { LineIndex } from './line-index.js';
import { type Manifest, readManifest } from './manifest.js';
import { type RecordBytes, recordOf } from './record-bytes.js';

/** An image of a run that is done. */
export interface RunResult extends Pick<RecordBytes, 'image'> {
  /** Name for files about it: with forward slashes, without an extension, no other image has it. */
  readonly name: string;
  /** What the run calls the image's own file: its path or URL, with the name inside an archive behind a `!`. */
  readonly locator: string;
  readonly result: ImageResult;
}

/** Reads what a run made, whatever the format of its results and whether it has ended. */
export class RunResults {
  readonly storage: Storage;
  readonly manifest: Manifest;

  private constructor(storage: Storage, manifest: Manifest) {
    this.storage = storage;
    this.manifest = manifest;
  }

  /** @throws SamError `bad-usage` when there is no run. */
  static async open(folder: string): Promise<RunResults> {
    await checkFolder(folder, 'the output of a run');
    return RunResults.of(new FolderStorage(folder));
  }

  /** As {@link open}, of a run that is in this storage. */
  static async of(storage: Storage): Promise<RunResults> {
    const manifest = await readManifest(storage);
    if (manifest) return new RunResults(storage, manifest);
    throw new SamError('bad-usage', `Expected the output folder of a run but found no manifest in ${storage.location}`);
  }

  /**
   * The results of all images that are done, in the order of the images; one is in memory at a time, and 17 bytes of each image.
   *
   * @throws SamError `bad-run-folder` when one cannot be read.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunResult> {
    const last = this.manifest.inputs.at(-1);
    const highestId = last ? last.first_image_id + last.count - 1 : 0;
    const index = await this.#doneLines(highestId);
    const taken = new FingerprintMap();
    for (let id = 1; id <= highestId; id++) {
      const place = index.at(id);
      if (!place?.isDone) continue;
      const { offset, length } = place;
      const bytes = await this.storage.readRange(RUN_FILES.journal, { start: offset, end: offset + length });
      const line: DoneLine = JSON.parse(Buffer.from(bytes).toString('utf8'));
      const { image, text, name } = await recordOf(this.storage, line);
      const result = { ...this.#resultOf(text, line), imageId: id };
      yield {
        name: name ?? freeName(result.fileName, taken),
        locator: line.image,
        result,
        ...(image && { image }),
      };
    }
  }

  async #doneLines(highestId: number): Promise<LineIndex> {
    const index = new LineIndex(highestId);
    let offset = 0;
    for await (const lines of journalLines(this.storage)) {
      for (const line of lines) {
        // what JSON.stringify wrote, it writes again
        const length = Buffer.byteLength(JSON.stringify(line));
        index.note(line.image_id, { part: 0, offset, length, isDone: line.state === 'done' });
        offset += length + 1;
      }
    }
    return index;
  }

  #resultOf(text: string, { output, image }: DoneLine): ImageResult {
    const file = this.storage.locate(output);
    try {
      return imageResultOfSa1b({ text, file });
    } catch (error) {
      if (!(error instanceof SamError)) throw error;
      throw new SamError(
        'bad-run-folder',
        `Expected the result of ${image} in ${file} but could not read it: ${error.message}`,
        `Remove the line of that image from ${this.storage.locate(RUN_FILES.journal)} and run the same command again: the image is done again.`,
      );
    }
  }
}

/** A name for an image whose record has none: without its extension, where that is free. */
function freeName(fileName: string, taken: FingerprintMap): string {
  const full = fitting(fileName);
  for (const name of [fitting(withoutExtension(fileName)), full]) if (taken.add(name)) return name;
  for (let copy = 2; ; copy++) if (taken.add(`${full}.${copy}`)) return `${full}.${copy}`;
}
