import { groupsOfComing } from '../../storage/groups.js';
import type { AppendFile, ByteRange, FileData, LockHolder, LockOptions, Storage } from '../../storage/storage.js';
import { FingerprintSet } from '../plan/fingerprint-set.js';
import { notedLines } from './batch-records.js';
import { EXPORT_LISTS, QUEUE_FOLDER, RUN_FILES } from './file-names.js';
import { journalLines } from './journal-lines.js';
import { type Manifest, readManifest } from './manifest.js';
import { OwnFiles } from './own-files.js';

/** Files removed at the same time: in a bucket each takes a moment. */
const REMOVED_AT_ONCE = 64;

/**
 * The place of a run that is started again: what the earlier run made is not seen any more, and is removed by {@link removeRun} once
 * nothing can refuse the new one. A run that is refused has then cost nothing.
 *
 * An earlier run made the records that its journal and the notes of workers name, the files that it listed, and its own files. Other files stay.
 */
export class StorageWithoutRun implements Storage {
  readonly location: string;
  /** Of the earlier run; undefined when it could not be read. */
  readonly manifest: Manifest | undefined;
  readonly #storage: Storage;
  readonly #names = new FingerprintSet();
  #isRemoved = false;

  private constructor(storage: Storage, manifest: Manifest | undefined) {
    this.location = storage.location;
    this.#storage = storage;
    this.manifest = manifest;
  }

  /** @returns undefined where no run was. */
  static async of(storage: Storage): Promise<StorageWithoutRun | undefined> {
    const sizes = await Promise.all([RUN_FILES.manifest, RUN_FILES.journal].map((name) => storage.sizeOf(name)));
    if (sizes.every((size) => size === undefined)) return undefined;
    const manifest = await readManifest(storage).catch(() => undefined);
    const without = new StorageWithoutRun(storage, manifest);
    for await (const name of without.#results()) without.#names.add(name);
    for (const name of await without.#ownFiles()) without.#names.add(name);
    return without;
  }

  /** Removes what the earlier run made. */
  async removeRun(): Promise<void> {
    // first, so that a journal of records that are gone is not gone on with when this is killed
    await this.#storage.remove(RUN_FILES.manifest);
    for await (const names of groupsOfComing(this.#results(), REMOVED_AT_ONCE)) await this.#removeAll(names);
    for (const name of await this.#ownFiles()) await this.#storage.remove(name);
    this.#isRemoved = true;
  }

  /** Journal and lists are files that anyone may have edited: they may name what cannot be removed. */
  async #removeAll(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#storage.remove(name).catch(() => undefined)));
  }

  /** Records, and other files that the run listed. */
  async *#results(): AsyncGenerator<string> {
    let last = '';
    for await (const lines of journalLines(this.#storage, { skipDamaged: true })) {
      for (const line of lines) {
        if (line.state !== 'done' || line.output === last) continue;
        last = line.output;
        yield last;
      }
    }
    for await (const line of notedLines(this.#storage)) if (line.state === 'done') yield line.output;
    for (const list of await this.#lists()) yield* (await OwnFiles.open(this.#storage, list)).before;
  }

  /** Its own files, those that name others last. */
  async #ownFiles(): Promise<string[]> {
    const { manifest, journal, cocoEntries, failures, summary } = RUN_FILES;
    const noted: string[] = [];
    for await (const name of this.#storage.list(`${QUEUE_FOLDER}/`)) noted.push(name);
    return [manifest, cocoEntries, failures, summary, ...noted, ...(await this.#lists()), journal];
  }

  async #lists(): Promise<string[]> {
    const lists: string[] = [RUN_FILES.ownFiles];
    for await (const name of this.#storage.list(EXPORT_LISTS)) lists.push(name);
    return lists;
  }

  #hides(name: string): boolean {
    return !this.#isRemoved && this.#names.has(name);
  }

  locate(name: string): string {
    return this.#storage.locate(name);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#hides(name) ? undefined : this.#storage.read(name);
  }

  readRange(name: string, range: ByteRange): Promise<Uint8Array> {
    return this.#storage.readRange(name, range);
  }

  stream(name: string, options?: { readonly end?: number }): AsyncIterable<Uint8Array> {
    return this.#storage.stream(name, options);
  }

  async sizeOf(name: string): Promise<number | undefined> {
    return this.#hides(name) ? undefined : this.#storage.sizeOf(name);
  }

  write(name: string, data: FileData): Promise<void> {
    return this.#storage.write(name, data);
  }

  append(name: string, keep?: number): Promise<AppendFile> {
    return this.#storage.append(name, keep);
  }

  async remove(name: string): Promise<boolean> {
    return this.#hides(name) ? false : this.#storage.remove(name);
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for await (const name of this.#storage.list(prefix)) if (!this.#hides(name)) yield name;
  }

  lock(name: string, options?: LockOptions) {
    return this.#storage.lock(name, options);
  }

  lockHolder(name: string): Promise<LockHolder | undefined> {
    return this.#storage.lockHolder(name);
  }

  removeTemporaryFiles(): Promise<void> {
    return this.#storage.removeTemporaryFiles();
  }
}
