import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type JournalLine,
  type JournalLinesOptions,
  journalLines,
} from '../../../src/dataset/run-folder/journal-lines.js';
import { FolderStorage } from '../../../src/storage/folder-storage.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

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
  async function linesOf(context: TestContext, text: string, options?: JournalLinesOptions): Promise<JournalLine[]> {
    const storage = new FolderStorage(await temporaryFolder(context));
    await storage.write('_run/journal.ndjson', text);
    const lines: JournalLine[] = [];
    for await (const some of journalLines(storage, options)) lines.push(...some);
    return lines;
  }

  it('reads each line as JSON does, however plain it is', async (context) => {
    assert.deepEqual(await linesOf(context, LINES.map((line) => `${JSON.stringify(line)}\n`).join('')), LINES);
  });

  it('leaves out a last line that was not written to its end', async (context) => {
    const [first, second] = LINES.map((line) => JSON.stringify(line));
    assert.deepEqual(await linesOf(context, `${first}\n${second}`), [LINES[0]]);
  });

  it('names the line that is damaged', async (context) => {
    const first = JSON.stringify(LINES[0]);
    await assert.rejects(linesOf(context, `${first}\n${first.slice(0, -1)}\n`), {
      code: 'bad-run-folder',
      message: /^Expected an image and what became of it in line 2 of .*journal\.ndjson but received "\{"image_id":1,/,
    });
  });

  it('finds the last whole line before half a long one', async (context) => {
    const long = JSON.stringify({ ...LINES[0], image: 'x'.repeat(200_000) });
    assert.deepEqual(await linesOf(context, `${JSON.stringify(LINES[0])}\n${long}`), [LINES[0]]);
    assert.deepEqual(await linesOf(context, long), []);
  });

  it('leaves out damaged lines where that is asked for', async (context) => {
    const [first, second] = LINES.map((line) => JSON.stringify(line));
    const lines = await linesOf(context, `${first}\nnull\n\n{"image_id":\n${second}\n`, { skipDamaged: true });
    assert.deepEqual(lines, LINES.slice(0, 2));
  });
});
