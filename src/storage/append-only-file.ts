import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SamError } from '../errors.js';
import type { AppendFile, ByteRange } from './storage.js';
import { unwritable } from './write-atomic.js';

/** A file of a folder that only grows, by whole records: one that cannot be written to its end is taken back. */
export class AppendOnlyFile implements AppendFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #length: number;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, handle: FileHandle, length: number) {
    this.path = path;
    this.#handle = handle;
    this.#length = length;
  }

  /**
   * Opens a file for appending, made with its folder if need be.
   *
   * @param keep - Bytes to keep; what lies behind them is cut off. @default all
   * @throws SamError `unwritable-output`; `bad-run-folder` when there are fewer bytes than are to be kept: the file stays as it is.
   */
  static async open(path: string, keep?: number): Promise<AppendOnlyFile> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const handle = await open(path, 'a');
      try {
        const { size } = await handle.stat();
        // truncating would fill up the file with zeros
        if (keep !== undefined && size < keep) throw tooShort(path, keep, size);
        if (keep !== undefined) await handle.truncate(keep);
        return new AppendOnlyFile(path, handle, keep ?? size);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw error instanceof SamError ? error : unwritable(path, error);
    }
  }

  /** Bytes in the file. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends one record; records asked for at the same time go one after the other.
   *
   * @param options - `sync` waits until the bytes are on the disk itself, so that they outlive a power cut.
   * @throws SamError `unwritable-output`; the file is as it was.
   */
  append(record: string | Uint8Array, options: { readonly sync?: boolean } = {}): Promise<ByteRange> {
    const next = this.#last.then(() => this.#append(record, options.sync ?? false));
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Waits for what is being written and closes. */
  async close(): Promise<void> {
    await this.#last;
    await this.#handle.close();
  }

  async #append(record: string | Uint8Array, sync: boolean): Promise<ByteRange> {
    const bytes = typeof record === 'string' ? Buffer.from(record) : record;
    const start = this.#length;
    try {
      await this.#handle.appendFile(bytes);
      if (sync) await this.#handle.datasync();
    } catch (error) {
      await this.#handle.truncate(start).catch(() => undefined);
      throw unwritable(this.path, error);
    }
    this.#length = start + bytes.length;
    return { start, end: this.#length };
  }
}

function tooShort(path: string, keep: number, size: number): SamError {
  return new SamError('bad-run-folder', `Expected ${keep} bytes in ${path} but it ends at ${size}`);
}
