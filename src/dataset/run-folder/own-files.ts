import { SamError } from '../../errors.js';
import { groupsOfComing } from '../../storage/groups.js';
import { completeLengthOf, separatedTexts } from '../../storage/lines.js';
import type { AppendFile, Storage } from '../../storage/storage.js';
import { RUN_FOLDER } from './file-names.js';

/** A file in the way that may be anyone's. */
export function foreignFile(storage: Storage, name: string): SamError {
  return new SamError(
    'bad-run-folder',
    `Expected no ${storage.locate(name)} that this run did not write but found one`,
    'Choose another output folder, or move the file away.',
  );
}

/** Names looked up at the same time. */
const LOOKS = 64;

/** A file that a run will write for the first time. */
interface NewFile {
  readonly name: string;
}

/**
 * Those of the files that are there already: of someone else, then.
 *
 * @param files - That no start of the run has written.
 */
export async function* filesInTheWay<T extends NewFile>(storage: Storage, files: AsyncIterable<T>): AsyncGenerator<T> {
  if (await isUnused(storage)) return;
  for await (const some of groupsOfComing(files, LOOKS)) yield* await presentOf(storage, some);
}

/** Mostly the folder is new: a million names need not be looked for there. */
async function isUnused(storage: Storage): Promise<boolean> {
  try {
    for await (const name of storage.list('')) if (!name.startsWith(`${RUN_FOLDER}/`)) return false;
    return true;
  } catch {
    // there is a folder that may not be looked into: what matters of it shows when names are looked up
    return false;
  }
}

async function presentOf<T extends NewFile>(storage: Storage, files: readonly T[]): Promise<T[]> {
  // a name that cannot be looked up is told when it cannot be written
  const sizes = await Promise.all(files.map(({ name }) => storage.sizeOf(name).catch(() => undefined)));
  return files.filter((_, i) => sizes[i] !== undefined);
}

/**
 * Which files beside the records a run made: each is noted before it is made, so that whoever removes or replaces files never takes
 * another's for one of the run's, whenever it was killed. Records in files of their own are in the journal instead.
 */
export class OwnFiles {
  readonly #storage: Storage;
  readonly #list: string;
  readonly #before: Set<string>;
  #file: AppendFile | undefined;

  private constructor(storage: Storage, list: string, before: Set<string>) {
    this.#storage = storage;
    this.#list = list;
    this.#before = before;
  }

  /** @param list - Name of the file that lists them, a JSON string a line. */
  static async open(storage: Storage, list: string): Promise<OwnFiles> {
    const before = new Set<string>();
    for await (const name of listedIn(storage, list)) before.add(name);
    return new OwnFiles(storage, list, before);
  }

  /** Those of earlier starts. */
  get before(): ReadonlySet<string> {
    return this.#before;
  }

  /** @throws SamError `bad-run-folder` when a file of that name is there and no earlier start made it. */
  async refuseForeign(name: string): Promise<void> {
    if (this.#before.has(name) || (await this.#storage.sizeOf(name)) === undefined) return;
    throw foreignFile(this.#storage, name);
  }

  /**
   * Notes a file that is about to be made; called once for each.
   *
   * @throws SamError as {@link refuseForeign}, `unwritable-output`.
   */
  async claim(name: string): Promise<void> {
    if (this.#before.has(name)) return;
    await this.refuseForeign(name);
    this.#file ??= await this.#storage.append(this.#list, await completeLengthOf(this.#storage, this.#list));
    await this.#file.append(`${JSON.stringify(name)}\n`, { sync: true });
  }

  /** Removes files of earlier starts; others stay. */
  async remove(names: Iterable<string>): Promise<void> {
    const gone = new Set([...names].filter((name) => this.#before.has(name)));
    if (gone.size === 0) return;
    for (const name of gone) {
      // a list is a file that anyone may have edited: it may name what cannot be removed
      await this.#storage.remove(name).catch(() => undefined);
      this.#before.delete(name);
    }
    await this.close();
    await this.#storage.write(this.#list, linesWithout(gone, this.#storage, this.#list));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

async function* listedIn(storage: Storage, list: string): AsyncGenerator<string> {
  const end = await completeLengthOf(storage, list);
  if (end === 0) return;
  for await (const texts of separatedTexts(storage.stream(list, { end }), '\n')) {
    for (const text of texts) {
      const name = nameIn(text);
      if (name !== undefined) yield name;
    }
  }
}

async function* linesWithout(gone: ReadonlySet<string>, storage: Storage, list: string): AsyncGenerator<string> {
  for await (const name of listedIn(storage, list)) if (!gone.has(name)) yield `${JSON.stringify(name)}\n`;
}

/** A damaged line names no file: what it named counts as another's, and stays. */
function nameIn(text: string): string | undefined {
  try {
    const name: unknown = JSON.parse(text);
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
