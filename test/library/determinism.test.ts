import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtureUrl } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const UNFILTERED = [
  ...['--preset', 'reference', '--pred-iou-thresh', '0', '--stability-score-thresh', '0'],
  ...['--box-nms-thresh', '1'],
];

/** Checks that records have the same bytes, whatever the numbers of workers and threads. */
async function assertSameBytes(
  context: TestContext,
  names: readonly string[],
  ways: readonly (readonly [workers: string, threads: string])[],
  ...flags: string[]
): Promise<void> {
  const root = await temporaryFolder(context);
  const photographs = names.map((name) => fileURLToPath(fixtureUrl(`images/${name}.png`)));
  const made: string[][] = [];
  for (const [workers, threads] of ways) {
    const out = join(root, `${workers}-${threads}`);
    const args = ['everything', ...photographs, '--out', out, '--workers', workers, '--threads', threads, '--quiet'];
    const { exitCode, stderr } = await runMain(...args, ...UNFILTERED, ...flags);
    assert.equal(exitCode, 0, stderr);
    made.push(await Promise.all(names.map((name) => readFile(join(out, `${name}.json`), 'utf8'))));
  }
  for (const record of made[0]) assert.ok(JSON.parse(record).annotations.length >= 12);
  for (const [i, records] of made.entries()) {
    for (const [j, record] of records.entries()) assert.ok(record === made[0][j], `${names[j]} of way ${i} differs`);
  }
}

describe('records have the same bytes however many workers and threads there are', () => {
  it('those of a single image, which both workers share', async (context) => {
    const ways = [
      ['1', '1'],
      ['2', '2'],
    ] as const;
    // several batches, so that there is something to share
    await assertSameBytes(context, ['chelsea'], ways, '--points-per-side', '2', '--points-per-batch', '2');
  });

  it('those of two images, of which each worker takes one', async (context) => {
    // any model shows who did what; how sums of real weights are made is shown above
    const ways = [
      ['1', '1'],
      ['2', '1'],
      ['1', '2'],
      ['2', '2'],
    ] as const;
    await assertSameBytes(context, ['chelsea', 'coffee'], ways, '--points-per-side', '4', ...SMALL_MODEL);
  });
});
