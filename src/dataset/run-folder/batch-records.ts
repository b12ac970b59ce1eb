/**
 * What workers of a queue note of the images that they did.
 *
 * Many machines cannot append to one journal. A worker therefore writes a small file for each batch of images, whole or not at all, and
 * whoever opens the run next makes lines of the journal of them.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import type { Storage } from '../../storage/storage.js';
import { QUEUE_FOLDER } from './file-names.js';
import type { Journal } from './journal.js';
import { type JournalLine, lineOfText } from './journal-lines.js';

const EXTENSION = '.ndjson';
const BEGUN = '.begun';
/** Records read at the same time. */
const READ_AT_ONCE = 64;

/**
 * The file of a batch.
 *
 * @param state - `begun` is what a worker hands to the next one: some of the images have no line yet, and it never becomes a part of the
 *   journal.
 */
export function batchRecordName(batch: string, state: 'ended' | 'begun' = 'ended'): string {
  return `${QUEUE_FOLDER}/${batch}${state === 'ended' ? EXTENSION : BEGUN}`;
}

/** Writes the record of a batch, whole or not at all. */
export async function writeBatchRecord(storage: Storage, name: string, lines: readonly JournalLine[]): Promise<void> {
  await storage.write(name, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** The lines of a batch's record; undefined when there is none. @throws SamError `bad-run-folder` when it is damaged. */
export async function readBatchRecord(storage: Storage, name: string): Promise<JournalLine[] | undefined> {
  const bytes = await storage.read(name);
  if (!bytes) return undefined;
  const texts = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
  return texts.map((text) => {
    const line = lineOfText(text);
    if (line) return line;
    throw new SamError(
      'bad-run-folder',
      `Expected images and what became of them in ${storage.locate(name)} but received "${text.slice(0, 80)}"`,
      'Remove that file and put the images in the queue again: they are done again.',
    );
  });
}

/** Names of the records of batches that ended, in the order of their images. */
export async function batchRecordNames(storage: Storage): Promise<string[]> {
  return (await namesThatEndIn(storage, [EXTENSION])).sort();
}

/** The lines of all records, of batches that ended or begun, in any order; damaged ones are passed over. */
export async function* notedLines(storage: Storage): AsyncGenerator<JournalLine> {
  for (const name of await namesThatEndIn(storage, [EXTENSION, BEGUN])) {
    yield* (await readBatchRecord(storage, name).catch(() => undefined)) ?? [];
  }
}

async function namesThatEndIn(storage: Storage, endings: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const name of storage.list(`${QUEUE_FOLDER}/`)) {
    const isRecord = !name.includes('/', QUEUE_FOLDER.length + 1);
    if (isRecord && endings.some((ending) => name.endsWith(ending))) names.push(name);
  }
  return names;
}

/**
 * Makes lines of the journal of all records of batches, in the order of the images, and removes those records. Images that the journal
 * calls done stay as they are: a batch may have been done twice.
 *
 * @throws SamError `bad-run-folder` for a damaged record, `unwritable-output`.
 */
export async function joinBatchRecords(storage: Storage, journal: Journal): Promise<void> {
  const names = await batchRecordNames(storage);
  for (let first = 0; first < names.length; first += READ_AT_ONCE) {
    const some = names.slice(first, first + READ_AT_ONCE);
    const records = await Promise.all(some.map((name) => readBatchRecord(storage, name)));
    const lines = new Map(records.flatMap((each) => each ?? []).map((line) => [line.image, line]));
    await journal.appendAll([...lines.values()].filter(({ image }) => journal.stateOf(image) !== 'done'));
    await Promise.all(some.map((name) => storage.remove(name)));
  }
}
