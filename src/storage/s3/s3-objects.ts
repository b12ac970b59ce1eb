import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { SamError } from '../../errors.js';
import { groupsOf } from '../groups.js';
import type { ByteRange } from '../storage.js';
import { s3Client } from './s3-client.js';
import { s3FaultOf } from './s3-errors.js';
import { type S3Metadata, type S3UploadOptions, uploadParts } from './upload-parts.js';

/** Pauses before a second and a third try of an answer that was cut off; requests without an answer are tried again by the SDK. */
const PAUSES_MILLISECONDS = [300, 1500];
/** Objects that one request removes. */
const REMOVED_AT_ONCE = 1000;
/** Bytes that one request of a stream asks for. */
const STREAM_BYTES = 4 * 1024 * 1024;
/** An object with more bytes is written in parts. */
const PART_BYTES = 8 * 1024 * 1024;

/** What is known of an object. */
export interface S3Head {
  readonly size: number;
  readonly etag: string;
  readonly metadata: S3Metadata;
  /** By the server's clock; milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** An object, or the asked-for part of it; `size` is that of the whole. */
export interface S3Content extends S3Head {
  readonly bytes: Uint8Array;
}

/** Options of {@link S3Objects.get}. */
export interface S3GetOptions {
  /** Which bytes; fewer come where the object ends before. @default all */
  readonly range?: ByteRange;
  /** The object must still be this one. */
  readonly etag?: string;
  /** Most bytes that the object may have. @default any number */
  readonly largest?: number;
  readonly signal?: AbortSignal;
}

/** An object in a list. */
export interface S3Listed {
  readonly key: string;
  readonly size: number;
}

/** The body ended before its bytes had come: whatever the network says, it is asked for again. */
class CutBody extends Error {}

/** The objects of a bucket. Errors are those of the SDK, see `s3FaultOf`; busy servers and lost connections were tried again before. */
export class S3Objects {
  readonly bucket: string;

  constructor(bucket: string) {
    this.bucket = bucket;
  }

  /** What is known of an object; undefined when there is none. */
  async head(key: string): Promise<S3Head | undefined> {
    const { sdk, client } = await s3Client();
    return unlessMissing(async () => {
      const found = await client.send(new sdk.HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return headOf(found, found.ContentLength ?? 0);
    });
  }

  /**
   * An object, or a part of it; undefined when there is none. A part that begins behind its end has no bytes.
   *
   * @throws SamError `too-large`
   */
  async get(key: string, options: S3GetOptions = {}): Promise<S3Content | undefined> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await unlessMissing(() => this.#getOnce(key, options));
      } catch (error) {
        const pause = PAUSES_MILLISECONDS[attempt];
        if (!(error instanceof CutBody) || pause === undefined || options.signal?.aborted) throw error;
        await sleep(pause, undefined, options.signal && { signal: options.signal });
      }
    }
  }

  /** The bytes of an object from `start` to `end`, some at a time, as it is at the first of them. */
  async *stream(key: string, { start, end }: ByteRange, etag?: string): AsyncGenerator<Uint8Array> {
    let known = etag;
    for (let at = start; at < end; ) {
      const range = { start: at, end: Math.min(end, at + STREAM_BYTES) };
      const part = await this.get(key, { range, ...(known !== undefined && { etag: known }) });
      if (!part) throw Object.assign(new Error('it is not there'), { name: 'NoSuchKey' });
      if (part.bytes.length === 0) throw new CutBody(`it ends at ${part.size}`);
      known = part.etag;
      at += part.bytes.length;
      yield part.bytes;
    }
  }

  /** Writes an object whole or not at all. @returns its ETag */
  async put(key: string, bytes: Uint8Array, { metadata, isNew = false, etag }: S3UploadOptions = {}): Promise<string> {
    const { sdk, client } = await s3Client();
    const written = await client.send(
      new sdk.PutObjectCommand({
        Bucket: this.bucket,
        Key: key,
        Body: bytes,
        ContentLength: bytes.length,
        ...(metadata && { Metadata: metadata }),
        ...(isNew && { IfNoneMatch: '*' }),
        ...(etag !== undefined && { IfMatch: etag }),
      }),
    );
    return written.ETag ?? '';
  }

  /**
   * Writes an object from pieces, whole or not at all; one with many bytes in parts.
   *
   * @throws as the pieces do, too: nothing is left behind.
   */
  async upload(key: string, pieces: AsyncIterable<Uint8Array>, options: S3UploadOptions = {}): Promise<void> {
    const iterator = pieces[Symbol.asyncIterator]();
    const first: Uint8Array[] = [];
    let length = 0;
    while (length < PART_BYTES) {
      const next = await iterator.next();
      if (next.done) {
        await this.put(key, Buffer.concat(first), options);
        return;
      }
      first.push(next.value);
      length += next.value.length;
    }
    async function* all() {
      try {
        yield* first;
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
      } finally {
        await iterator.return?.();
      }
    }
    await uploadParts(await s3Client(), { bucket: this.bucket, key }, all(), { ...options, partBytes: PART_BYTES });
  }

  /** Removes objects; those that are not there are none the less gone. */
  async remove(keys: readonly string[]): Promise<void> {
    const { sdk, client } = await s3Client();
    if (keys.length === 1) {
      await client.send(new sdk.DeleteObjectCommand({ Bucket: this.bucket, Key: keys[0] }));
      return;
    }
    for (const some of groupsOf(keys, REMOVED_AT_ONCE)) {
      const objects = some.map((key) => ({ Key: key }));
      const { Errors = [] } = await client.send(
        new sdk.DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects: objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first) throw Object.assign(new Error(first.Message), { name: first.Code ?? 'Error' });
    }
  }

  /**
   * All objects whose key begins so, in the server's order (of the keys' bytes), a page at a time: however many there are, one page is in memory.
   */
  async *list(prefix: string): AsyncGenerator<readonly S3Listed[]> {
    const { sdk, client } = await s3Client();
    let token: string | undefined;
    do {
      const page = await client.send(
        new sdk.ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: prefix,
          // keys may have characters that XML has not
          EncodingType: 'url',
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      );
      const decode = page.EncodingType === 'url' ? decodedKey : (key: string) => key;
      yield (page.Contents ?? []).map(({ Key = '', Size = 0 }) => ({ key: decode(Key), size: Size }));
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async #getOnce(key: string, { range, etag, largest = Number.POSITIVE_INFINITY, signal }: S3GetOptions) {
    const { sdk, client } = await s3Client();
    const request = new sdk.GetObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ...(range && { Range: `bytes=${range.start}-${range.end - 1}` }),
      ...(etag !== undefined && { IfMatch: etag }),
    });
    let found: GetObjectCommandOutput;
    try {
      found = await client.send(request, signal && { abortSignal: signal });
    } catch (error) {
      if (!range || !isBehindEnd(error)) throw error;
      const head = await this.head(key);
      return head && { ...head, bytes: new Uint8Array() };
    }
    const bytes = await bytesOf(found, largest);
    return { ...headOf(found, sizeIn(found.ContentRange) ?? bytes.length), bytes };
  }
}

async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (s3FaultOf(error) === 'missing') return undefined;
    throw error;
  }
}

interface Answer {
  readonly ETag?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly LastModified?: Date | undefined;
}

function headOf({ ETag = '', Metadata = {}, LastModified }: Answer, size: number): S3Head {
  return { size, etag: ETag, metadata: Metadata, modifiedAt: LastModified?.getTime() ?? 0 };
}

/** The last part of `bytes 0-9/100`. */
function sizeIn(contentRange: string | undefined): number | undefined {
  const digits = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function isBehindEnd(error: unknown): boolean {
  return (error as { readonly name?: string }).name === 'InvalidRange';
}

async function bytesOf({ Body, ContentLength }: GetObjectCommandOutput, largest: number): Promise<Uint8Array> {
  const body = Body as Readable;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // a server may send without end, whatever it announced
    for await (const chunk of (ContentLength ?? 0) > largest ? [] : body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > largest) break;
    }
  } catch (error) {
    throw new CutBody(error instanceof Error ? error.message : String(error));
  } finally {
    body.destroy();
  }
  if (Math.max(length, ContentLength ?? 0) > largest) {
    throw new SamError('too-large', `Expected at most ${largest} bytes but received ${ContentLength ?? 'more'}`);
  }
  if (ContentLength !== undefined && length < ContentLength) {
    throw new CutBody(`it was cut off after ${length} of ${ContentLength} bytes`);
  }
  return Buffer.concat(chunks);
}

/** As form fields are encoded: a space is a plus. */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
