import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type JournalLine, journalLines } from '../../src/dataset/run-folder/journal-lines.js';

/** Usual lines, and every kind that is read in another way than the usual one. */
const LINES: JournalLine[] = [
  { image_id: 1, state: 'done', image: '/photos/a.jpg', output: 'a.json', masks: 3, at: 1_800_000_000_000 },
  { image_id: 2, state: 'done', image: 'ü 日本 🦆.jpg', output: 'ü 日本 🦆.json', masks: 0, at: 0 },
  { image_id: 3, state: 'done', image: 'a "quoted"\\back\nline\u0007.jpg', output: 'b.json', masks: 1, at: 5 },
  { image_id: 4, state: 'done', image: 'lone \ud800 half.jpg', output: 'lone.json', masks: 1, at: 5 },
  { image_id: 5, state: 'done', image: 'c.jpg', output: '0.ndjson', masks: 9, at: 6, start: 0, end: 120 },
  { image_id: 6, state: 'failed', image: 'd.jpg', code: 'not-found', reason: 'Expected "d.jpg"', at: 7 },
  { image_id: 7, state: 'done', image: '', output: '","masks":1,"at":2}', masks: 12, at: 8 },
];

describe('journalLines', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sam-cli-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function linesOf(text: string): Promise<JournalLine[]> {
    const path = join(folder, 'journal.ndjson');
    await writeFile(path, text);
    const lines: JournalLine[] = [];
    for await (const some of journalLines(path)) lines.push(...some);
    return lines;
  }

  it('reads each line as JSON does, however plain it is', async () => {
    assert.deepEqual(await linesOf(LINES.map((line) => `${JSON.stringify(line)}\n`).join('')), LINES);
  });

  it('leaves out a last line that was not written to its end', async () => {
    const [first, second] = LINES.map((line) => JSON.stringify(line));
    assert.deepEqual(await linesOf(`${first}\n${second}`), [LINES[0]]);
  });

  it('names the line that is damaged', async () => {
    const first = JSON.stringify(LINES[0]);
    await assert.rejects(linesOf(`${first}\n${first.slice(0, -1)}\n`), {
      code: 'bad-run-folder',
      message: /^Expected JSON in line 2 of .*journal\.ndjson but received "\{"image_id":1,/,
    });
  });
});
