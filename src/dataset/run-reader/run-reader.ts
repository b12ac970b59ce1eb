import { SamError } from '../../errors.js';
import { checkFolder } from '../../storage/check-folder.js';
import { openStorage } from '../../storage/open-storage.js';
import { readRanges } from '../../storage/read-ranges.js';
import type { ByteRange, Storage } from '../../storage/storage.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import {
  type DoneLine,
  type JournalLine,
  lineOfBytes,
  type PlacedLine,
  placedLines,
} from '../run-folder/journal-lines.js';
import { type Manifest, readManifest } from '../run-folder/manifest.js';
import { LineIndex } from './line-index.js';

/**
 * A run that is read and not changed, whatever the format of its results and whether it has ended. Every command that looks at a run
 * goes through it.
 *
 * One policy on damage: **a damaged line of the journal, or a record that is gone or cannot be read, is a `bad-run-folder` that names
 * it.** Nothing is passed over in silence: what is made of a part of a run looks like what is made of all of it. The last line of a
 * journal is no damage when it was not written to its end, since a kill leaves it so. Two commands know more to do: `merge` counts a
 * record whose file is gone as a gap and reports it, and `--overwrite` removes what the other lines name.
 */
export class RunReader {
  readonly storage: Storage;
  readonly manifest: Manifest;

  private constructor(storage: Storage, manifest: Manifest) {
    this.storage = storage;
    this.manifest = manifest;
  }

  /**
   * The run of a folder.
   *
   * @param name - Of the folder in messages, such as `RUN`.
   * @throws SamError `bad-usage` when there is none, `bad-run-folder` when its manifest cannot be understood.
   */
  static async open(folder: string, name = 'the output of a run'): Promise<RunReader> {
    await checkFolder(folder, name);
    return RunReader.of(openStorage(folder));
  }

  /** As {@link open}, of a run that is in this storage. */
  static async of(storage: Storage): Promise<RunReader> {
    const run = await RunReader.find(storage);
    if (run) return run;
    throw new SamError('bad-usage', `Expected the output folder of a run but found no manifest in ${storage.location}`);
  }

  /** As {@link of}; undefined when there is no run. */
  static async find(storage: Storage): Promise<RunReader | undefined> {
    const manifest = await readManifest(storage);
    return manifest && new RunReader(storage, manifest);
  }

  /** The highest id that an image of the run can have. */
  get highestId(): number {
    const last = this.manifest.inputs.at(-1);
    return last ? last.first_image_id + last.count - 1 : 0;
  }

  /** The journal's lines and where they lie, some at a time. */
  lines(): AsyncGenerator<PlacedLine[]> {
    return placedLines(this.storage);
  }

  /** The lines of the journal at these places, in their order. */
  async *linesAt(places: Iterable<ByteRange>): AsyncGenerator<JournalLine> {
    for await (const bytes of readRanges(this.storage, RUN_FILES.journal, places)) {
      yield lineOfBytes(this.storage, bytes);
    }
  }

  /** The lines of all images that are done, in the order of the images; 17 bytes of each image are in memory. */
  async *doneLines(): AsyncGenerator<DoneLine> {
    const index = new LineIndex(this.highestId);
    for await (const lines of this.lines()) for (const line of lines) index.note(line, 0);
    for await (const line of this.linesAt(index.done())) if (line.state === 'done') yield line;
  }
}
