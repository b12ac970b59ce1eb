import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { SamError } from '../../errors.js';
import type { Storage } from '../../storage/storage.js';

/** Where the record of an image lies in a run's output. */
export interface RecordPlace {
  /** The file, as the storage names it. */
  readonly output: string;
  /** Where it lies in the file, when others lie there too. */
  readonly start?: number;
  readonly end?: number;
}

const gunzipped = promisify(gunzip);

/** The JSON of a record: all of it, whatever the file's format (known by its name) is. */
export async function recordTextOf(storage: Storage, place: RecordPlace): Promise<string> {
  const bytes = await bytesOf(storage, place);
  if (place.output.endsWith('.tar')) return jsonOfTar(bytes, storage.locate(place.output));
  return decoded(place.output.endsWith('.gz') ? await gunzipped(bytes) : bytes);
}

/** The first bytes of a record where it is plain text, all of it elsewhere: enough for what stands at its beginning. */
export async function recordHeadOf(storage: Storage, place: RecordPlace, length: number): Promise<string> {
  if (place.output.endsWith('.tar') || place.output.endsWith('.gz')) return recordTextOf(storage, place);
  const { output, start = 0 } = place;
  const end = place.end ?? (await storage.sizeOf(output)) ?? 0;
  return decoded(await storage.readRange(output, { start, end: Math.min(end, start + length) }));
}

async function bytesOf(storage: Storage, { output, start, end }: RecordPlace): Promise<Uint8Array> {
  if (start !== undefined && end !== undefined) return storage.readRange(output, { start, end });
  const bytes = await storage.read(output);
  if (bytes) return bytes;
  throw new SamError('bad-run-folder', `Expected a record in ${storage.locate(output)} but it is not there`);
}

function decoded(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The record among the files of one image in an archive. */
async function jsonOfTar(bytes: Uint8Array, file: string): Promise<string> {
  // the part of one image has no end of archive, which the reader accepts
  const entries = Readable.from([Buffer.from(bytes)]).pipe(extract());
  for await (const entry of entries) {
    if (entry.header.name.endsWith('.json')) return textOf(entry);
    entry.resume();
  }
  throw new SamError('bad-run-folder', `Expected a JSON file of each image in ${file} but found one without`);
}
