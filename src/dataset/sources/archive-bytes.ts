import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** The unpacked bytes of an archive. */
export interface ArchiveBytes {
  /** The bytes from `offset` on: `length` of them, fewer where the archive ends. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A gzip stream may grow this much; images hardly grow at all, and deflate ends at about 1,000. */
const LARGEST_GROWTH = 200;
/** Growth is not judged before this many unpacked bytes. */
const GROWTH_JUDGED_FROM = 64 * 1024 * 1024;

class PlainBytes implements ArchiveBytes {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Unpacks while it reads: forward at the cost of what is passed over, backward by starting again. */
class GunzippedBytes implements ArchiveBytes {
  readonly #path: string;
  #file: ReturnType<typeof createReadStream> | undefined;
  #chunks: AsyncIterator<Buffer> | undefined;
  #chunk: Buffer = Buffer.alloc(0);
  /** Offset of the chunk's first byte. */
  #chunkStart = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  read(offset: number, length: number): Promise<Buffer> {
    const next = this.#last.then(() => this.#read(offset, length));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#file?.destroy();
    await this.#chunks?.return?.();
    this.#chunks = undefined;
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    if (!this.#chunks || offset < this.#chunkStart) await this.#restart();
    const parts: Buffer[] = [];
    let at = offset;
    while (at < offset + length) {
      const end = this.#chunkStart + this.#chunk.length;
      if (at < end) {
        const part = this.#chunk.subarray(at - this.#chunkStart, offset + length - this.#chunkStart);
        parts.push(part);
        at += part.length;
      } else if (!(await this.#advance())) break;
    }
    return Buffer.concat(parts);
  }

  async #restart(): Promise<void> {
    this.#file?.destroy();
    await this.#chunks?.return?.();
    const file = createReadStream(this.#path, { highWaterMark: 256 * 1024 });
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    file.on('error', (error) => gunzip.destroy(error));
    this.#file = file;
    this.#chunks = file.pipe(gunzip)[Symbol.asyncIterator]();
    this.#chunk = Buffer.alloc(0);
    this.#chunkStart = 0;
  }

  async #advance(): Promise<boolean> {
    const next = await this.#chunks?.next();
    if (!next || next.done) return false;
    this.#chunkStart += this.#chunk.length;
    this.#chunk = next.value;
    const unpacked = this.#chunkStart + this.#chunk.length;
    const packed = this.#file?.bytesRead ?? 0;
    if (unpacked > GROWTH_JUDGED_FROM && unpacked > packed * LARGEST_GROWTH) {
      throw new Error(`it unpacks to more than ${LARGEST_GROWTH} times its size`);
    }
    return true;
  }
}

/** Opens an archive, compressed with gzip or not (its first bytes tell). */
export async function openArchive(path: string): Promise<ArchiveBytes> {
  const handle = await open(path, 'r');
  try {
    if (!(await handle.stat()).isFile()) throw new Error('it is not a regular file');
    const plain = new PlainBytes(handle);
    const [first, second] = await plain.read(0, 2);
    if (first !== 0x1f || second !== 0x8b) return plain;
    await handle.close();
    return new GunzippedBytes(path);
  } catch (error) {
    await handle.close();
    throw error;
  }
}
