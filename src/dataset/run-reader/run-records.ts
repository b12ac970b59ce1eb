import { SamError } from '../../errors.js';
import { checkFolder } from '../../storage/check-folder.js';
import { groupsOf } from '../../storage/groups.js';
import { openStorage } from '../../storage/open-storage.js';
import type { Storage } from '../../storage/storage.js';
import { checkHasMasks } from './check-has-masks.js';
import { type RecordPlace, recordHeadOf, recordOf } from './record-bytes.js';
import { RunReader } from './run-reader.js';

/** Bytes in which a record's `image` part ends, with a file name of usual length. */
const HEAD_BYTES = 1024;
const FILE_NAME = /"file_name"\s*:\s*("(?:[^"\\]|\\.)*")/;
/** Records whose beginning is read at the same time. */
const READ_AT_ONCE = 32;

/** A record's text and where it stands. */
export interface RecordText {
  readonly text: string;
  /** In words, for messages. */
  readonly file: string;
}

/**
 * The records of a run, found by the names of their images (`file_name`). It also reads a folder of SA-1B files that no run is
 * known of, such as goldens or files of SA-1B itself. Masks are read when they are asked for: a run may be larger than memory.
 */
export class RunRecords {
  readonly #storage: Storage;
  readonly #places: ReadonlyMap<string, RecordPlace>;

  private constructor(storage: Storage, places: ReadonlyMap<string, RecordPlace>) {
    this.#storage = storage;
    this.#places = places;
  }

  /**
   * Finds the records below a folder.
   *
   * @param name - Of the folder in messages, such as `RUN`.
   * @throws SamError `bad-usage` when there are none, `bad-run-folder` when the run is damaged.
   */
  static async open(folder: string, name: string): Promise<RunRecords> {
    await checkFolder(folder, name);
    const storage = openStorage(folder);
    const run = await RunReader.find(storage);
    if (run) checkHasMasks(run.manifest, folder);
    const places = run ? await placesOfRun(run) : await placesOfFolder(storage);
    if (places.length === 0) {
      throw new SamError('bad-usage', `Expected records of images in ${name} but found none in ${folder}`);
    }
    return new RunRecords(storage, await byFileName(storage, places));
  }

  /** Names of the images, in the order of the run. Where several images share a name, further ones end in ` (2)` and up. */
  get images(): readonly string[] {
    return [...this.#places.keys()];
  }

  has(image: string): boolean {
    return this.#places.has(image);
  }

  /** The record of an image. @throws SamError `bad-run-folder` when it cannot be read. */
  async textOf(image: string): Promise<RecordText> {
    const place = this.#places.get(image);
    if (!place) throw new Error(`Expected an image of the run but received ${image}`);
    const { text } = await recordOf(this.#storage, place);
    return { text, file: this.#storage.locate(place.output) };
  }
}

/** Those that the journal calls done, in the order of the images. */
async function placesOfRun(run: RunReader): Promise<RecordPlace[]> {
  const places: RecordPlace[] = [];
  for await (const { output, start, end } of run.doneLines()) {
    places.push({ output, ...(start !== undefined && end !== undefined && { start, end }) });
  }
  return places;
}

async function placesOfFolder(storage: Storage): Promise<RecordPlace[]> {
  const outputs: string[] = [];
  for await (const output of storage.list('')) {
    if (output.endsWith('.json') && !output.endsWith('.coco.json')) outputs.push(output);
  }
  return outputs.sort().map((output) => ({ output }));
}

async function byFileName(storage: Storage, places: readonly RecordPlace[]): Promise<Map<string, RecordPlace>> {
  const named = new Map<string, RecordPlace>();
  for (const some of groupsOf(places, READ_AT_ONCE)) {
    const names = await Promise.all(some.map((place) => fileNameOf(storage, place)));
    for (const [i, name] of names.entries()) {
      let key = name;
      for (let number = 2; named.has(key); number++) key = `${name} (${number})`;
      named.set(key, some[i]);
    }
  }
  return named;
}

async function fileNameOf(storage: Storage, place: RecordPlace): Promise<string> {
  const found =
    FILE_NAME.exec(await recordHeadOf(storage, place, HEAD_BYTES)) ??
    FILE_NAME.exec((await recordOf(storage, place)).text);
  if (found) return JSON.parse(found[1]);
  throw new SamError(
    'bad-run-folder',
    `Expected the file_name of an image in ${storage.locate(place.output)} but found none`,
    'Records are SA-1B files, as sam-cli writes them.',
  );
}
