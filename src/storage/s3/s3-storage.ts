import { posix } from 'node:path';
import { SamError } from '../../errors.js';
import { DataFault, piecesOf } from '../file-data.js';
import { holderOf } from '../lock-file.js';
import type { AppendFile, ByteRange, FileData, LockHolder, LockOptions, Storage, StorageLock } from '../storage.js';
import { bytesOfGrown, findGrown, generationOf, SEGMENTS, segmentOf, segmentsPrefix } from './grown-object.js';
import { type S3Address, s3Place, s3Text } from './s3-address.js';
import { removeSegments, S3AppendFile } from './s3-append-file.js';
import { s3FaultOf } from './s3-errors.js';
import { findS3Lock, S3Lock } from './s3-lock.js';
import { S3Objects } from './s3-objects.js';
import { unreadableS3, unwritableS3 } from './unwritable-s3.js';

/** A file that is being joined while it is read changes places; it does so rarely. */
const LOOKS = 5;
/** Longest key that S3 takes, in bytes. */
const LONGEST_KEY = 1024;

/**
 * A prefix of a bucket, of S3 or of what speaks its language. An object is whole or not there by itself; files that grow are objects with segments
 * (grown-object.ts); locks are objects that only one process can make (s3-lock.ts). Nothing is asked of the server before it is needed.
 */
export class S3Storage implements Storage {
  readonly location: string;
  readonly #address: S3Address;
  readonly #objects: S3Objects;
  /** What all keys begin with: nothing, or a prefix with a slash at its end. */
  readonly #base: string;
  readonly #isShared: boolean;

  /**
   * @param location - Such as `s3://bucket/prefix`.
   * @param isShared - Whether other runs write to the same place: nothing is swept up then. @default false
   * @throws SamError `bad-usage` when the address is none.
   */
  constructor(location: string, isShared = false) {
    this.#address = s3Place(location);
    this.#isShared = isShared;
    this.location = s3Text(this.#address).replace(/\/$/, '');
    this.#objects = new S3Objects(this.#address.bucket);
    this.#base = this.#address.key === '' ? '' : `${this.#address.key}/`;
  }

  locate(name: string): string {
    return `${this.location}/${name}`;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const address = this.#addressOf(name);
    try {
      const found = await this.#objects.get(address.key);
      if (!found || generationOf(found) === undefined) return found?.bytes;
      const pieces: Uint8Array[] = [];
      for await (const piece of this.#bytes(name, { start: 0, end: Number.POSITIVE_INFINITY })) pieces.push(piece);
      return Buffer.concat(pieces);
    } catch (error) {
      throw unreadableS3(address, error);
    }
  }

  async readRange(name: string, range: ByteRange): Promise<Uint8Array> {
    const address = this.#addressOf(name);
    const length = range.end - range.start;
    try {
      // mostly all is in the object itself
      const found = length === 0 ? undefined : await this.#objects.get(address.key, { range });
      if (found?.bytes.length === length) return found.bytes;
      const pieces: Uint8Array[] = [];
      for await (const piece of this.#bytes(name, range)) pieces.push(piece);
      return Buffer.concat(pieces);
    } catch (error) {
      throw unreadableS3(address, error);
    }
  }

  async *stream(name: string, { end = Number.POSITIVE_INFINITY }: { readonly end?: number } = {}) {
    const address = this.#addressOf(name);
    if (end === 0) return;
    try {
      yield* this.#bytes(name, { start: 0, end });
    } catch (error) {
      throw unreadableS3(address, error);
    }
  }

  async sizeOf(name: string): Promise<number | undefined> {
    const address = this.#addressOf(name);
    try {
      return (await findGrown(this.#objects, this.#base, name))?.length;
    } catch (error) {
      throw unreadableS3(address, error);
    }
  }

  async write(name: string, data: FileData): Promise<void> {
    const address = this.#writableAddressOf(name);
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) {
        await this.#objects.put(address.key, typeof data === 'string' ? Buffer.from(data) : data);
      } else {
        await this.#objects.upload(address.key, piecesOf(data));
      }
    } catch (error) {
      throw error instanceof DataFault ? error.cause : unwritableS3(address, error);
    }
  }

  async append(name: string, keep?: number): Promise<AppendFile> {
    this.#writableAddressOf(name);
    return S3AppendFile.open({ objects: this.#objects, base: this.#base, name }, keep);
  }

  async remove(name: string): Promise<boolean> {
    const address = this.#addressOf(name);
    try {
      const head = await this.#objects.head(address.key);
      if (!head) return false;
      await this.#objects.remove([address.key]);
      const generation = generationOf(head);
      if (generation !== undefined) {
        await removeSegments(this.#objects, segmentsPrefix(this.#base, name, generation));
      }
      return true;
    } catch (error) {
      throw unwritableS3(address, error);
    }
  }

  async *list(prefix: string): AsyncGenerator<string> {
    try {
      for await (const page of this.#objects.list(this.#base + prefix)) {
        for (const { key } of page) {
          const name = key.slice(this.#base.length);
          // folders that a browser of buckets made are no files
          if (!name.startsWith(SEGMENTS) && !name.endsWith('/')) yield name;
        }
      }
    } catch (error) {
      throw unreadableS3(this.#address, error);
    }
  }

  async lock(name: string, options: LockOptions = {}): Promise<StorageLock> {
    const address = this.#writableAddressOf(name);
    return S3Lock.take(this.#objects, address.key, { ...options, place: this.location });
  }

  async lockHolder(name: string): Promise<LockHolder | undefined> {
    const address = this.#addressOf(name);
    try {
      return holderOf(await findS3Lock(this.#objects, address.key));
    } catch (error) {
      throw unreadableS3(address, error);
    }
  }

  /** Segments that do not count any more. Parts of an object that was never finished are the bucket's to clear away (docs/s3.md). */
  async removeTemporaryFiles(): Promise<void> {
    if (this.#isShared) return;
    try {
      for await (const page of this.#objects.list(this.#base + SEGMENTS)) {
        // asked for after the page was listed: a generation that counts later than that has no segments in it
        const live = new Map<string, string | undefined>();
        const gone: string[] = [];
        for (const { key } of page) {
          const segment = segmentOf(key.slice(this.#base.length + SEGMENTS.length));
          if (!segment) continue;
          const { file, generation } = segment;
          if (!live.has(file)) {
            const head = await this.#objects.head(this.#base + file);
            live.set(file, head && generationOf(head));
          }
          if (live.get(file) !== generation) gone.push(key);
        }
        if (gone.length > 0) await this.#objects.remove(gone);
      }
    } catch (error) {
      throw unwritableS3(this.#address, error);
    }
  }

  /**
   * The bytes of a file, which another process may be writing: where its segments were joined meanwhile, they are looked for again.
   *
   * @throws SamError `bad-run-folder` when it is not there, or ends before.
   */
  async *#bytes(name: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    const { key } = this.#addressOf(name);
    let at = start;
    for (let look = 1; ; look++) {
      const found = await findGrown(this.#objects, this.#base, name);
      if (!found) throw new SamError('bad-run-folder', `Could not read ${this.locate(name)}: it is not there`);
      const { length } = found;
      const to = end === Number.POSITIVE_INFINITY ? length : end;
      if (length < to) {
        throw new SamError('bad-run-folder', `Expected ${to} bytes in ${this.locate(name)} but it ends at ${length}`);
      }
      try {
        for await (const piece of bytesOfGrown(this.#objects, key, found, { start: at, end: to })) {
          at += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        const isMoved = ['missing', 'condition'].includes(s3FaultOf(error));
        if (!isMoved || look === LOOKS) throw error;
      }
    }
  }

  /** @throws SamError `unsafe-path`: names also come from journals, which anyone may have edited. */
  #addressOf(name: string): S3Address {
    const way = posix.normalize(name);
    if (way === '..' || way.startsWith('../') || posix.isAbsolute(name)) {
      throw new SamError('unsafe-path', `Expected a name inside ${this.location} but received ${name}`);
    }
    return { bucket: this.#address.bucket, key: this.#base + name };
  }

  #writableAddressOf(name: string): S3Address {
    const address = this.#addressOf(name);
    if (Buffer.byteLength(address.key) <= LONGEST_KEY) return address;
    throw new SamError(
      'unwritable-name',
      `Could not write ${s3Text(address)}: the key has more than ${LONGEST_KEY} bytes`,
    );
  }
}
