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
  // a single image is shared by both workers
  for (const [workers, threads, photographs] of [
    ['1', '1', PHOTOGRAPHS],
    ['2', '1', PHOTOGRAPHS],
    ['1', '2', PHOTOGRAPHS.slice(0, 1)],
    ['2', '2', PHOTOGRAPHS.slice(0, 1)],
  ] as const) {
    const out = join(root, `${workers}-${threads}`);
    const args = ['everything', ...photographs, '--out', out, '--workers', workers, '--threads', threads, '--quiet'];
    const { exitCode, stderr } = await runMain(...args, '--points-per-side', '4');
    assert.equal(exitCode, 0, stderr);
    const names = NAMES.slice(0, photographs.length);
    made.push(await Promise.all(names.map((name) => readFile(join(out, `${name}.json`), 'utf8'))));
  }
  for (const [i, records] of made.entries()) {
    for (const [j, record] of records.entries()) assert.ok(record === made[0]?.[j], `${NAMES[j]} of way ${i} differs`);
  }
});
