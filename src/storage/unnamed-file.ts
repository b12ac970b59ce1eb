import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, SamError } from '../errors.js';

/** A file without a name, for what does not fit in memory: it is gone when closed, however the process ends. */
export class UnnamedFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** @throws SamError `unwritable-output` */
  static async open(): Promise<UnnamedFile> {
    const path = join(tmpdir(), `sam-cli-${randomBytes(8).toString('hex')}`);
    const handle = await open(path, 'wx+', 0o600).catch((error: unknown) => {
      throw unwritableTemporary(error);
    });
    // where an open file keeps its name (Windows) it stays until the system clears the folder
    await rm(path, { force: true }).catch(() => undefined);
    return new UnnamedFile(handle);
  }

  /** @throws SamError `unwritable-output` */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      await this.#handle.appendFile(bytes);
    } catch (error) {
      throw unwritableTemporary(error);
    }
  }

  /** Its bytes in chunks, from the beginning. */
  chunks(): AsyncIterable<Uint8Array> {
    return this.#handle.createReadStream({ start: 0, autoClose: false });
  }

  /** Frees the disk space. */
  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function unwritableTemporary(error: unknown): SamError {
  return new SamError(
    'unwritable-output',
    `Could not write to the temporary folder ${tmpdir()}: ${messageOf(error)}`,
    'Free space there, or name another folder with the environment variable TMPDIR.',
  );
}
