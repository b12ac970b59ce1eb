import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { SamError } from '../../errors.js';
import type { Storage } from '../../storage/storage.js';
import { TAR_TRAILER } from './tar-trailer.js';

/** Where the record of an image lies in a run's output. */
export interface RecordPlace {
  /** The file, as the storage names it. */
  readonly output: string;
  /** Where it lies in the file, when others lie there too. */
  readonly start?: number;
  readonly end?: number;
}

/** The record of an image. */
export interface RecordBytes {
  /** An SA-1B document. */
  readonly text: string;
  /** Name of the record without its extension, where it has one of its own. */
  readonly name?: string;
  /** The image's own file, where the run copied it beside the record. */
  readonly image?: Uint8Array;
}

const RECORD_EXTENSION = '.json';
const gunzipped = promisify(gunzip);

/**
 * The bytes of the record of an image as they lie in its file; undefined when there is no such file.
 *
 * @throws SamError `bad-run-folder` when the file ends before.
 */
export async function bytesOfRecord(storage: Storage, place: RecordPlace): Promise<Uint8Array | undefined> {
  const { output, start, end } = place;
  if (start === undefined || end === undefined) return storage.read(output);
  return (await storage.sizeOf(output)) === undefined ? undefined : storage.readRange(output, { start, end });
}

/**
 * The record of an image, whatever the file's format (known by its name) is.
 *
 * @throws SamError `bad-run-folder` when it is not there or damaged.
 */
export async function recordOf(storage: Storage, place: RecordPlace): Promise<RecordBytes> {
  const record = await findRecord(storage, place);
  if (record) return record;
  throw notThere(storage, place.output);
}

/** As {@link recordOf}; undefined when its file is not there. */
export async function findRecord(storage: Storage, place: RecordPlace): Promise<RecordBytes | undefined> {
  const { output } = place;
  const bytes = await bytesOfRecord(storage, place);
  if (!bytes) return undefined;
  if (place.start === undefined) return { text: textOf(bytes), name: output.slice(0, -RECORD_EXTENSION.length) };
  if (output.endsWith('.gz')) return { text: textOf(await gunzipped(bytes)) };
  if (output.endsWith('.tar')) return recordOfTar(bytes, storage.locate(output));
  return { text: textOf(bytes) };
}

/** The first bytes of a record where it is plain text, all of it elsewhere: enough for what stands at its beginning. */
export async function recordHeadOf(storage: Storage, place: RecordPlace, length: number): Promise<string> {
  const { output, start = 0 } = place;
  if (output.endsWith('.tar') || output.endsWith('.gz')) return (await recordOf(storage, place)).text;
  const size = await storage.sizeOf(output);
  if (size === undefined) throw notThere(storage, output);
  const { end = size } = place;
  return textOf(await storage.readRange(output, { start, end: Math.min(end, start + length) }));
}

function notThere(storage: Storage, output: string): SamError {
  return new SamError('bad-run-folder', `Expected a record in ${storage.locate(output)} but it is not there`);
}

async function recordOfTar(bytes: Uint8Array, file: string): Promise<RecordBytes> {
  const archive = Readable.from([Buffer.concat([bytes, TAR_TRAILER])]).pipe(extract());
  let record: RecordBytes | undefined;
  let image: Uint8Array | undefined;
  for await (const entry of archive) {
    const content = await buffer(entry);
    const { name } = entry.header;
    if (!name.endsWith(RECORD_EXTENSION)) image = content;
    else record = { text: textOf(content), name: name.slice(0, -RECORD_EXTENSION.length) };
  }
  if (!record)
    throw new SamError('bad-run-folder', `Expected a JSON file of each image in ${file} but found one without`);
  return { ...record, ...(image && { image }) };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
