import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, SamError } from '../../../errors.js';
import type { FileSum } from '../../../storage/sum-of-file.js';
import { unwritable } from '../../../storage/write-atomic.js';
import { type HubAccess, hubFetch, hubHeaders, Passing, retried } from './hub-request.js';
import { isGitId, taggedSumOf } from './tagged-sum.js';

/** Bytes that are to come. */
export interface ExpectedBlob {
  readonly url: string;
  readonly bytes: number;
  /** See `RemoteFile`. */
  readonly tag: string;
}

/**
 * Downloads to `path`, by way of `path.incomplete`: what an earlier try left there is gone on from. The final name appears only once the
 * sum is right. The caller holds a lock.
 *
 * @param onBytes - Told how many bytes are there.
 * @returns what the bytes sum up to.
 * @throws SamError `download-failed`, `bad-model` when the bytes are other ones (they are deleted), `unwritable-output`.
 */
export async function downloadBlob(
  path: string,
  blob: ExpectedBlob,
  access: HubAccess,
  onBytes: (done: number) => void,
): Promise<FileSum> {
  const incomplete = `${path}.incomplete`;
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const sum = await retried(blob.url, access, (progressed) =>
    attempt(incomplete, blob, access, { onBytes, progressed }),
  );
  await rename(incomplete, path);
  return sum;
}

interface Listeners {
  onBytes(done: number): void;
  progressed(): void;
}

async function attempt(
  incomplete: string,
  blob: ExpectedBlob,
  access: HubAccess,
  listeners: Listeners,
): Promise<FileSum> {
  let done = await sizeOf(incomplete);
  if (done > blob.bytes) {
    await rm(incomplete, { force: true });
    done = 0;
  }
  if (done < blob.bytes) await fetchRest(incomplete, blob, access, done, listeners);
  const { tag, ...sum } = await taggedSumOf(incomplete, blob.tag);
  const { bytes } = sum;
  if (bytes < blob.bytes) throw new Passing(`the connection ended after ${bytes} of ${blob.bytes} bytes`);
  if (bytes === blob.bytes && tag === blob.tag) return sum;
  await rm(incomplete, { force: true });
  throw new SamError(
    'bad-model',
    `Expected ${blob.url} to have ${blob.bytes} bytes and ${sumName(tag)} ${blob.tag} but received ${bytes} bytes with ${sumName(tag)} ${tag}; they were deleted`,
    'The server or something between changes files. Try again, or another --endpoint.',
  );
}

function sumName(tag: string): string {
  return isGitId(tag) ? 'git id' : 'sha256';
}

async function fetchRest(
  incomplete: string,
  blob: ExpectedBlob,
  access: HubAccess,
  start: number,
  { onBytes, progressed }: Listeners,
): Promise<void> {
  const headers = { ...hubHeaders(access), ...(start > 0 && { range: `bytes=${start}-` }) };
  const response = await hubFetch(blob.url, { headers, ...(access.signal && { signal: access.signal }) });
  // a server without ranges sends all of it again
  let done = response.status === 206 ? start : 0;
  const file = await openAt(incomplete, done);
  try {
    for await (const piece of piecesOf(response)) {
      if (done + piece.length > blob.bytes) throw tooMany(blob);
      await file.writeFile(piece).catch((error: unknown) => {
        throw unwritable(incomplete, error);
      });
      done += piece.length;
      progressed();
      onBytes(done);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
  try {
    if (response.body) yield* response.body;
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new Passing(`the connection broke: ${messageOf(error)}`);
  }
}

/** A server that sends without end fills no disk. */
function tooMany({ url, bytes }: ExpectedBlob): SamError {
  return new SamError('bad-model', `Expected ${bytes} bytes from ${url} but the server sends more`);
}

async function openAt(path: string, length: number): Promise<FileHandle> {
  try {
    const file = await open(path, 'a');
    await file.truncate(length);
    return file;
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
