import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtureUrl } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const NAMES = ['chelsea', 'coffee'];
const PHOTOGRAPHS = NAMES.map((name) => fileURLToPath(fixtureUrl(`images/${name}.png`)));

it('makes the same bytes however many workers and threads there are', async (context) => {
  const root = await temporaryFolder(context);
  const made: string[][] = [];
  for (const [workers, threads] of [
    ['1', '1'],
    ['2', '1'],
    ['1', '2'],
    ['2', '2'],
  ] as const) {
    const out = join(root, `${workers}-${threads}`);
    const args = ['everything', ...PHOTOGRAPHS, '--out', out, '--workers', workers, '--threads', threads, '--quiet'];
    const { exitCode, stderr } = await runMain(...args, '--points-per-side', '4');
    assert.equal(exitCode, 0, stderr);
    made.push(await Promise.all(NAMES.map((name) => readFile(join(out, `${name}.json`), 'utf8'))));
  }
  for (const [i, records] of made.entries()) {
    for (const [j, record] of records.entries()) assert.ok(record === made[0]?.[j], `${NAMES[j]} of way ${i} differs`);
  }
});
