/**
 * Lists of up to a million images, and a folder of as many: how soon a run begins with the first, what that costs in memory, and how soon a resumed
 * one goes on.
 */
import { createWriteStream, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { smallImage } from '../test/support/small-images.js';
import { firstStart, type Start } from './support/first-start.js';

const MANY = 1_000_000;
const COUNTS = [2, 10_000, 100_000, MANY];
const ROUNDS = 3;

function nameOf(i: number): string {
  return `/data/photographs/${String(i % 1000).padStart(3, '0')}/photograph-${String(i).padStart(7, '0')}.jpg`;
}

/** Of these images only the first and the last are there. */
function* listLines(count: number, first: string, last: string): Generator<string> {
  yield `${first}\n`;
  for (let i = 2; i < count; i++) yield `${nameOf(i)}\n`;
  yield `${last}\n`;
}

/** Of a run that has done all images but the last. */
function* journalText(first: string): Generator<string> {
  for (let i = 1; i < MANY; i++) {
    const image = i === 1 ? first : nameOf(i);
    const output = `${image.slice(1, -4)}.json`;
    yield `${JSON.stringify({ image_id: i, state: 'done', image, output, masks: 40, at: 1_800_000_000_000 + i })}\n`;
  }
}

/** A folder of a million files, of which the first is an image. */
async function fillFolder(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'a-first.png'), await smallImage(1));
  // a million times, a promise costs more than the file
  for (let i = 1; i < MANY; i++) writeFileSync(join(folder, `photograph-${String(i).padStart(7, '0')}.jpg`), '');
}

function report(what: string, starts: readonly Start[]): void {
  const seconds = starts.map((start) => start.seconds.toFixed(2)).join(', ');
  const megabytes = starts.map((start) => start.megabytes.toFixed(0)).join(', ');
  process.stdout.write(`  ${what}: ${seconds} s; ${megabytes} MB\n`);
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(lines), createWriteStream(path));
}

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-scale-'));
  const rounds = Array.from({ length: ROUNDS }, (_, i) => join(folder, `out${i}`));
  const startAll = async (inputs: readonly string[], more: readonly string[] = []) => {
    const starts: Start[] = [];
    for (const out of rounds) {
      starts.push(await firstStart([...inputs, '--out', out, '--workers', '1', '--threads', '1', ...more]));
    }
    return starts;
  };
  try {
    const full = join(folder, 'full');
    await fillFolder(full);
    report(`a folder of ${MANY} images, the first begun`, await startAll([full]));
    await rm(full, { recursive: true });
    const [first, last] = [join(folder, 'first.png'), join(folder, 'last.png')];
    for (const [i, path] of [first, last].entries()) await writeFile(path, await smallImage(i + 1));
    const list = join(folder, 'list.txt');
    for (const count of COUNTS) {
      await write(list, listLines(count, first, last));
      report(`a list of ${count} images, the first begun`, await startAll(['--input-list', list], ['--overwrite']));
    }
    for (const out of rounds) await write(join(out, '_run', 'journal.ndjson'), journalText(first));
    report(`${MANY - 1} images in the journal, the last begun`, await startAll(['--input-list', list]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
