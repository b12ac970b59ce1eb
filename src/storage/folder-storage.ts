import { createReadStream, type Dirent } from 'node:fs';
import { open, opendir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { messageOf, SamError } from '../errors.js';
import { AppendOnlyFile } from './append-only-file.js';
import { FileLock, lockHolderOf } from './lock.js';
import type { AppendFile, ByteRange, FileData, LockHolder, LockOptions, Storage, StorageLock } from './storage.js';
import { unwritable, writeAtomic } from './write-atomic.js';

function isAbsence(error: unknown): boolean {
  const reason = (error as NodeJS.ErrnoException).code;
  return reason === 'ENOENT' || reason === 'ENOTDIR';
}

function unreadable(path: string, error: unknown): SamError {
  return new SamError(
    'bad-run-folder',
    `Could not read ${path}: ${messageOf(error)}`,
    'Check permissions and the disk.',
  );
}

/** What a file operation answers; undefined when there is no such file. */
async function unlessAbsent<T>(path: string, operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw unreadable(path, error);
  }
}

/** A folder of this machine, or of one that it can reach. It is made when the first file is written. */
export class FolderStorage implements Storage {
  readonly location: string;
  readonly #temporaryName: string;
  readonly #sync: boolean;

  /**
   * @param temporaryName - Below the folder: where files are until they are whole. Several runs in one folder take different ones.
   *   @default '_run/tmp'
   * @param sync - As that of `writeAtomic`: what can be made again at once need not wait for the disk. @default true
   */
  constructor(folder: string, temporaryName = '_run/tmp', sync = true) {
    this.location = folder;
    this.#temporaryName = temporaryName;
    this.#sync = sync;
  }

  locate(name: string): string {
    return join(this.location, name);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(name);
    return unlessAbsent(path, readFile(path));
  }

  async readRange(name: string, { start, end }: ByteRange): Promise<Uint8Array> {
    const path = this.#pathOf(name);
    const bytes = Buffer.alloc(end - start);
    let length = 0;
    try {
      const file = await open(path, 'r');
      try {
        let bytesRead: number;
        do {
          ({ bytesRead } = await file.read(bytes, length, bytes.length - length, start + length));
          length += bytesRead;
        } while (bytesRead > 0 && length < bytes.length);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw unreadable(path, error);
    }
    if (length === bytes.length) return bytes;
    throw new SamError('bad-run-folder', `Expected ${end} bytes in ${path} but it ends at ${start + length}`);
  }

  async *stream(name: string, { end }: { readonly end?: number } = {}): AsyncGenerator<Uint8Array> {
    const path = this.#pathOf(name);
    if (end === 0) return;
    try {
      yield* createReadStream(path, end === undefined ? {} : { end: end - 1 });
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  async sizeOf(name: string): Promise<number | undefined> {
    const path = this.#pathOf(name);
    const found = await unlessAbsent(path, stat(path));
    return found?.isDirectory() ? undefined : found?.size;
  }

  async write(name: string, data: FileData): Promise<void> {
    const temporaryFolder = this.#pathOf(this.#temporaryName);
    await writeAtomic(this.#pathOf(name), data, { temporaryFolder, sync: this.#sync });
  }

  async append(name: string, keep?: number): Promise<AppendFile> {
    return AppendOnlyFile.open(this.#pathOf(name), keep);
  }

  async remove(name: string): Promise<boolean> {
    const path = this.#pathOf(name);
    try {
      await unlink(path);
      return true;
    } catch (error) {
      if (isAbsence(error)) return false;
      throw unwritable(path, error);
    }
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const folderEnd = prefix.lastIndexOf('/') + 1;
    yield* this.#filesOf(prefix.slice(0, folderEnd), prefix.slice(folderEnd));
  }

  async lock(name: string, options: LockOptions = {}): Promise<StorageLock> {
    return FileLock.take(this.#pathOf(name), { ...options, place: this.location });
  }

  async lockHolder(name: string): Promise<LockHolder | undefined> {
    const path = this.#pathOf(name);
    return unlessAbsent(path, lockHolderOf(path));
  }

  async removeTemporaryFiles(): Promise<void> {
    await this.removeFolder(this.#temporaryName);
  }

  /** Removes a folder with all that is in it, if it is there. @throws SamError `unwritable-output` */
  async removeFolder(name: string): Promise<void> {
    const path = this.#pathOf(name);
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** @throws SamError `unsafe-path`: names also come from journals, which anyone may have edited. */
  #pathOf(name: string): string {
    const path = join(this.location, name);
    const way = relative(this.location, path);
    if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return path;
    throw new SamError('unsafe-path', `Expected a name inside ${this.location} but received ${name}`);
  }

  async *#filesOf(folder: string, beginning: string): AsyncGenerator<string> {
    for await (const entry of this.#entriesOf(folder)) {
      if (!entry.name.startsWith(beginning)) continue;
      const name = folder + entry.name;
      if (!entry.isDirectory()) yield name;
      else if (name !== this.#temporaryName) yield* this.#filesOf(`${name}/`, '');
    }
  }

  async *#entriesOf(folder: string): AsyncGenerator<Dirent> {
    const path = this.#pathOf(folder);
    try {
      yield* await opendir(path);
    } catch (error) {
      if (!isAbsence(error)) throw unreadable(path, error);
    }
  }
}
