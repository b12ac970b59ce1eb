import { parseS3Address } from '../../storage/s3/s3-address.js';
import { s3ErrorInWords } from '../../storage/s3/s3-errors.js';
import { type S3Head, S3Objects } from '../../storage/s3/s3-objects.js';
import type { StoredBytes } from './stored-bytes.js';

/** Bytes that a request asks for at least: headers of small members lie near each other. */
const LEAST_BYTES = 64 * 1024;

/** An archive in a bucket: a request for each part that is read, or one after the other for all of it. */
export class ObjectBytes implements StoredBytes {
  readonly #objects: S3Objects;
  readonly #key: string;
  readonly #head: S3Head;
  /** What was read last. */
  #block: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };

  private constructor(objects: S3Objects, key: string, head: S3Head) {
    this.#objects = objects;
    this.#key = key;
    this.#head = head;
  }

  /** @throws Error that says in words why it cannot be opened. */
  static async open(address: string): Promise<ObjectBytes> {
    const { bucket, key } = parseS3Address(address);
    const objects = new S3Objects(bucket);
    const head = await inWords(objects.head(key));
    if (!head) throw new Error('it is not there');
    return new ObjectBytes(objects, key, head);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(offset + length, this.#head.size);
    if (offset >= end) return Buffer.alloc(0);
    const known = this.#block;
    if (offset >= known.start && end <= known.start + known.bytes.length) {
      return Buffer.from(known.bytes.subarray(offset - known.start, end - known.start));
    }
    const range = { start: offset, end: Math.min(Math.max(end, offset + LEAST_BYTES), this.#head.size) };
    const found = await inWords(this.#objects.get(this.#key, { range, etag: this.#head.etag }));
    const bytes = found?.bytes ?? new Uint8Array();
    if (bytes.length <= LEAST_BYTES) this.#block = { start: offset, bytes };
    return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, end - offset));
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    const { size, etag } = this.#head;
    try {
      yield* this.#objects.stream(this.#key, { start: 0, end: size }, etag);
    } catch (error) {
      throw new Error(s3ErrorInWords(error));
    }
  }

  async close(): Promise<void> {}
}

async function inWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Error(s3ErrorInWords(error));
  }
}
