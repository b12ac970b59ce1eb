import { SamError } from '../../errors.js';
import type { AppendFile, ByteRange } from '../storage.js';
import {
  bytesOfGrown,
  findGrown,
  type GrownObject,
  generationOf,
  metadataOf,
  newGeneration,
  type Segment,
  segmentKey,
  segmentsPrefix,
} from './grown-object.js';
import { s3Text } from './s3-address.js';
import { s3FaultOf } from './s3-errors.js';
import type { S3Objects } from './s3-objects.js';
import { unwritableS3 } from './unwritable-s3.js';

/** So many segments of a size become one: a file of n appends has at most some dozen, and each byte is written a few times. */
const SEGMENTS_OF_A_LEVEL = 32;
/** Segments of so many bytes are left alone. */
const FULL_BYTES = 8 * 1024 * 1024;

/** Where a file is. */
export interface GrowingPlace {
  readonly objects: S3Objects;
  /** What all keys of the storage begin with. */
  readonly base: string;
  readonly name: string;
}

/** A segment that this process wrote. */
interface OwnSegment extends Segment {
  /** How often its bytes were joined. */
  readonly level: number;
  readonly bytes: Uint8Array;
}

/** A record that waits for its turn. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (range: ByteRange) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A file that grows (see grown-object.ts). A record is safe when `append` has answered, whether that was asked for or not; records
 * that come while one is being written go into the next segment together. Closed, the file is one object.
 */
export class S3AppendFile implements AppendFile {
  readonly #place: GrowingPlace;
  readonly #generation: string;
  #etag: string;
  #baseLength: number;
  #prefix: string;
  #segments: Segment[] = [];
  /** The last of the segments, which may still be joined. */
  #open: OwnSegment[] = [];
  #length: number;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #writing: Promise<void> = Promise.resolve();
  /** Why nothing more can be written: what is in the file is not known for certain. */
  #broken: unknown;

  private constructor(place: GrowingPlace, etag: string, generation: string, length: number) {
    this.#place = place;
    this.#etag = etag;
    this.#generation = generation;
    this.#prefix = segmentsPrefix(place.base, place.name, generation);
    this.#baseLength = length;
    this.#length = length;
  }

  /**
   * Opens a file for appending, made if need be. What a killed process left is joined to one object first.
   *
   * @param keep - Bytes to keep; what lies behind them is cut off. @default all
   * @throws SamError `unwritable-output`; `bad-run-folder` when it has fewer bytes than that.
   */
  static async open(place: GrowingPlace, keep?: number): Promise<S3AppendFile> {
    const { objects, base, name } = place;
    const key = base + name;
    try {
      const found = await findGrown(objects, base, name);
      const length = found?.length ?? 0;
      if (keep !== undefined && length < keep) throw tooShort({ bucket: objects.bucket, key }, keep, length);
      if (!found) {
        const generation = newGeneration();
        const etag = await objects.put(key, new Uint8Array(), { metadata: metadataOf(generation) });
        return new S3AppendFile(place, etag, generation, 0);
      }
      // always of a new generation: a process that was taken for dead may still write to the old one
      return await S3AppendFile.#openAnew(place, found, keep ?? length);
    } catch (error) {
      throw error instanceof SamError ? error : unwritableS3({ bucket: objects.bucket, key }, error);
    }
  }

  static async #openAnew(place: GrowingPlace, found: GrownObject, keep: number): Promise<S3AppendFile> {
    const { objects, base, name } = place;
    const bytes = bytesOfGrown(objects, base + name, found, { start: 0, end: keep });
    const { etag, generation } = await writtenAnew(place, bytes, {
      etag: found.head.etag,
      generation: found.generation,
    });
    if (found.generation !== undefined) await removeSegments(objects, segmentsPrefix(base, name, found.generation));
    return new S3AppendFile(place, etag, generation, keep);
  }

  get length(): number {
    return this.#length;
  }

  append(record: string | Uint8Array): Promise<ByteRange> {
    const bytes = typeof record === 'string' ? Buffer.from(record) : record;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      if (!this.#isWriting) this.#writing = this.#writeAll();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    if (this.#segments.length === 0 || this.#broken) return;
    const { objects, base, name } = this.#place;
    try {
      await writtenAnew(this.#place, this.#bytes(), { etag: this.#etag, generation: this.#generation });
    } catch (error) {
      throw unwritableS3({ bucket: objects.bucket, key: base + name }, error);
    }
    this.#segments = [];
    await removeSegments(objects, this.#prefix);
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      try {
        if (this.#broken) throw this.#broken;
        await this.#write(group);
      } catch (error) {
        const { objects, base, name } = this.#place;
        const fault = unwritableS3({ bucket: objects.bucket, key: base + name }, error);
        for (const { reject } of group) reject(fault);
      }
    }
    this.#isWriting = false;
  }

  /** Records that go into one segment. */
  #nextGroup(): Waiting[] {
    let length = 0;
    const end = this.#waiting.findIndex(({ bytes }, i) => {
      length += bytes.length;
      return i > 0 && length > FULL_BYTES;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const bytes = Buffer.concat(group.map((each) => each.bytes));
    let start = this.#length;
    const end = start + bytes.length;
    if (bytes.length > 0) await this.#put({ start, end }, bytes);
    this.#length = end;
    for (const each of group) {
      each.resolve({ start, end: start + each.bytes.length });
      start += each.bytes.length;
    }
    await this.#join();
  }

  async #put(range: ByteRange, bytes: Uint8Array): Promise<void> {
    const { objects } = this.#place;
    const key = segmentKey(this.#prefix, range);
    try {
      await objects.put(key, bytes);
    } catch (error) {
      // a write without an answer may be done at any time from now on
      if (s3FaultOf(error) === 'passing') this.#broken = error;
      // the server may have it although no answer came, and other bytes will begin at the same place
      await objects.remove([key]).catch(() => {
        this.#broken = error;
      });
      throw error;
    }
    const segment = { ...range, key, level: 0, bytes };
    this.#segments.push(segment);
    this.#open.push(segment);
  }

  /** Makes one segment of many small ones. What fails here is tried again with the next record: nothing is lost by it. */
  async #join(): Promise<void> {
    const { objects } = this.#place;
    for (;;) {
      const level = this.#open.at(-1)?.level;
      if (level === undefined) return;
      const first = this.#open.findIndex((segment) => segment.level === level);
      const some = this.#open.slice(first);
      const length = some.reduce((sum, segment) => sum + segment.bytes.length, 0);
      const isFull = length >= FULL_BYTES;
      if (some.length < SEGMENTS_OF_A_LEVEL && !isFull) return;
      const range = { start: this.#length - length, end: this.#length };
      const bytes = Buffer.concat(some.map((segment) => segment.bytes));
      const joined = { ...range, key: segmentKey(this.#prefix, range), level: level + 1, bytes };
      try {
        if (some.length > 1) {
          await objects.put(joined.key, bytes);
          await objects.remove(some.map(({ key }) => key)).catch(() => undefined);
        }
      } catch {
        return;
      }
      this.#segments.splice(-some.length, some.length, { key: joined.key, ...range });
      // what is full ends what may be joined: segments lie behind each other
      this.#open = isFull ? [] : [...this.#open.slice(0, first), joined];
    }
  }

  /** The bytes of the whole file; the small segments are still in memory. */
  async *#bytes(): AsyncGenerator<Uint8Array> {
    const { objects, base, name } = this.#place;
    if (this.#baseLength > 0) yield* objects.stream(base + name, { start: 0, end: this.#baseLength }, this.#etag);
    const inMemory = new Map(this.#open.map(({ key, bytes }) => [key, bytes]));
    for (const { key, start, end } of this.#segments) {
      const bytes = inMemory.get(key);
      if (bytes) yield bytes;
      else yield* objects.stream(key, { start: 0, end: end - start });
    }
  }
}

/**
 * Writes the object of a file anew, with a generation of its own: the segments that it had do not count from then on.
 *
 * @param before - The object as it was. Where another process has written it meanwhile, which took this one for dead, it stays as it is. An
 *   ETag tells of other bytes, and the generation of the same ones that were written again.
 */
async function writtenAnew(
  { objects, base, name }: GrowingPlace,
  bytes: AsyncIterable<Uint8Array>,
  before: { readonly etag: string; readonly generation: string | undefined },
) {
  const { etag } = before;
  const generation = newGeneration();
  const now = await objects.head(base + name);
  if (!now || generationOf(now) !== before.generation) throw writtenByAnother(objects.bucket, base + name);
  const fault = await objects.upload(base + name, bytes, { metadata: metadataOf(generation), etag }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  // what had no answer, or was asked twice, may be done all the same
  const head = await objects.head(base + name);
  if (!head || generationOf(head) !== generation) {
    if (fault && !['condition', 'missing'].includes(s3FaultOf(fault.error))) throw fault.error;
    throw writtenByAnother(objects.bucket, base + name);
  }
  return { etag: head.etag, generation };
}

function writtenByAnother(bucket: string, key: string): SamError {
  const address = s3Text({ bucket, key });
  return new SamError('run-in-use', `Expected ${address} for one process but another one has written it`);
}

/** Removes what no reader looks at any more; what stays is swept up at the next start. */
export async function removeSegments(objects: S3Objects, prefix: string): Promise<void> {
  try {
    for await (const page of objects.list(prefix)) await objects.remove(page.map(({ key }) => key));
  } catch {
    // it costs a little space
  }
}

function tooShort(address: { readonly bucket: string; readonly key: string }, keep: number, length: number): SamError {
  return new SamError(
    'bad-run-folder',
    `Expected ${keep} bytes in s3://${address.bucket}/${address.key} but it ends at ${length}`,
  );
}
