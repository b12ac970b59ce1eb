import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isS3Address } from '../../storage/s3/s3-address.js';
import { ObjectBytes } from './object-bytes.js';
import type { ArchiveBytes, StoredBytes } from './stored-bytes.js';

/** A gzip stream may grow this much; images hardly grow at all, and deflate ends at about 1,000. */
const LARGEST_GROWTH = 200;
/** Growth is not judged before this many unpacked bytes. */
const GROWTH_JUDGED_FROM = 64 * 1024 * 1024;

class FileBytes implements StoredBytes {
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  static async open(path: string): Promise<FileBytes> {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return new FileBytes(path, handle);
    await handle.close();
    throw new Error('it is not a regular file');
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

  stream(): AsyncIterable<Uint8Array> {
    return createReadStream(this.#path, { highWaterMark: 256 * 1024 });
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Unpacks while it reads: forward at the cost of what is passed over, backward by starting again. */
class GunzippedBytes implements ArchiveBytes {
  readonly #stored: StoredBytes;
  #file: Readable | undefined;
  /** Bytes read of what is stored. */
  #packed = 0;
  #chunks: AsyncIterator<Buffer> | undefined;
  #chunk: Buffer = Buffer.alloc(0);
  /** Offset of the chunk's first byte. */
  #chunkStart = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(stored: StoredBytes) {
    this.#stored = stored;
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
    await this.#stored.close();
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
    this.#packed = 0;
    const file = Readable.from(this.#counted());
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    file.on('error', (error) => gunzip.destroy(error));
    this.#file = file;
    this.#chunks = file.pipe(gunzip)[Symbol.asyncIterator]();
    this.#chunk = Buffer.alloc(0);
    this.#chunkStart = 0;
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#stored.stream()) {
      this.#packed += chunk.length;
      yield chunk;
    }
  }

  async #advance(): Promise<boolean> {
    const next = await this.#chunks?.next();
    if (!next || next.done) return false;
    this.#chunkStart += this.#chunk.length;
    this.#chunk = next.value;
    const unpacked = this.#chunkStart + this.#chunk.length;
    if (unpacked > GROWTH_JUDGED_FROM && unpacked > this.#packed * LARGEST_GROWTH) {
      throw new Error(`it unpacks to more than ${LARGEST_GROWTH} times its size`);
    }
    return true;
  }
}

/** Opens an archive, compressed with gzip or not (its first bytes tell). @param path - Of a file, or an s3:// address */
export async function openArchive(path: string): Promise<ArchiveBytes> {
  const stored = isS3Address(path) ? await ObjectBytes.open(path) : await FileBytes.open(path);
  try {
    const [first, second] = await stored.read(0, 2);
    return first === 0x1f && second === 0x8b ? new GunzippedBytes(stored) : stored;
  } catch (error) {
    await stored.close();
    throw error;
  }
}
