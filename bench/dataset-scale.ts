/** A list of a million images: how soon a run begins with the first, what that costs in memory, and how soon a resumed one goes on. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { smallImage } from '../test/support/small-images.js';
import { firstStart, type Start } from './support/first-start.js';

const LINES = 1_000_000;
const ROUNDS = 3;

function* listLines(first: string, last: string): Generator<string> {
  yield `${first}\n`;
  for (let i = 2; i < LINES; i++) yield `${nameOf(i)}\n`;
  yield `${last}\n`;
}

function nameOf(i: number): string {
  return `/data/photographs/${String(i % 1000).padStart(3, '0')}/photograph-${String(i).padStart(7, '0')}.jpg`;
}

function* journalText(first: string): Generator<string> {
  for (let i = 1; i < LINES; i++) {
    const image = i === 1 ? first : nameOf(i);
    const output = `${image.slice(1, -4)}.json`;
    yield `${JSON.stringify({ image_id: i, state: 'done', image, output, masks: 40, at: 1_800_000_000_000 + i })}\n`;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function report(what: string, starts: readonly Start[], beyond?: number): number {
  const seconds = starts.map((start) => start.seconds.toFixed(2)).join(', ');
  const megabytes = median(starts.map((start) => start.megabytes));
  const more = beyond === undefined ? '' : `, ${(megabytes - beyond).toFixed(0)} MB beyond that`;
  process.stdout.write(`  ${what}: ${seconds} s; ${megabytes.toFixed(0)} MB${more}\n`);
  return megabytes;
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(lines), createWriteStream(path));
}

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-scale-'));
  try {
    const [first, last] = [join(folder, 'first.png'), join(folder, 'last.png')];
    for (const [i, path] of [first, last].entries()) await writeFile(path, await smallImage(i + 1));
    const [short, long] = [join(folder, 'short.txt'), join(folder, 'long.txt')];
    await writeFile(short, `${first}\n${last}\n`);
    await write(long, listLines(first, last));
    const rounds = Array.from({ length: ROUNDS }, (_, i) => join(folder, `out${i}`));
    const startAll = async (list: string, more: readonly string[] = []) => {
      const starts: Start[] = [];
      for (const out of rounds) {
        const args = ['--input-list', list, '--out', out, '--workers', '1', '--threads', '1', ...more];
        starts.push(await firstStart(args));
      }
      return starts;
    };
    const few = report('2 images planned, the first begun', await startAll(short));
    report(`${LINES} images planned, the first begun`, await startAll(long, ['--overwrite']), few);
    for (const out of rounds) await write(join(out, '_run', 'journal.ndjson'), journalText(first));
    report(`${LINES - 1} images in the journal, the last begun`, await startAll(long), few);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
