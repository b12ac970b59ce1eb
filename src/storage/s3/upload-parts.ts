import type { CompletedPart } from '@aws-sdk/client-s3';
import type { S3Address } from './s3-address.js';
import type { S3 } from './s3-client.js';

/** An object has 10,000 parts at most: parts double after so many, which reaches the 5 TB that an object may have. */
const PARTS_OF_A_SIZE = 1000;

/** Words that are kept beside an object. */
export type S3Metadata = Readonly<Record<string, string>>;

/** What must be so for an object to be written. */
export interface S3Condition {
  /** No object of that name may be there. */
  readonly isNew?: boolean;
  /** The object that is there must be this one. */
  readonly etag?: string;
}

/** How an object is written. */
export interface S3UploadOptions extends S3Condition {
  readonly metadata?: S3Metadata;
}

/** Options of {@link uploadParts}. */
export interface UploadPartsOptions extends S3UploadOptions {
  /** Bytes of the first parts, at least 5 MB: S3 takes no smaller ones but the last. */
  readonly partBytes: number;
}

/**
 * Writes an object in parts (a multipart upload): it is there when the last one is. Two parts are in memory at most.
 *
 * @throws as the pieces and the SDK do: what was written is given up then.
 */
export async function uploadParts(
  { sdk, client }: S3,
  { bucket, key }: S3Address,
  pieces: AsyncIterable<Uint8Array>,
  { metadata, isNew = false, etag, partBytes }: UploadPartsOptions,
): Promise<void> {
  const place = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...place, ...(metadata && { Metadata: metadata }) }),
  );
  const upload = { ...place, UploadId };
  const parts: CompletedPart[] = [];
  try {
    for await (const bytes of partsOf(pieces, partBytes)) {
      const PartNumber = parts.length + 1;
      const { ETag } = await client.send(
        new sdk.UploadPartCommand({ ...upload, PartNumber, Body: bytes, ContentLength: bytes.length }),
      );
      parts.push({ PartNumber, ETag });
    }
    await client.send(
      new sdk.CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: parts },
        ...(isNew && { IfNoneMatch: '*' }),
        ...(etag !== undefined && { IfMatch: etag }),
      }),
    );
  } catch (error) {
    // parts that stay are seen by nobody, but cost money
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

async function* partsOf(pieces: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  let count = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < partBytes * 2 ** Math.floor(count / PARTS_OF_A_SIZE)) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
    count++;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
