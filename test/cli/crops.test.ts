import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtureUrl } from '../support/fixture.js';
import { runCli } from '../support/run-cli.js';

const coffee = fileURLToPath(fixtureUrl('images/coffee.png'));

describe('sam-cli everything with crops', () => {
  let out: string;
  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'sam-cli-layers-'));
  });
  after(() => rm(out, { recursive: true }));

  it('shows its progress crop by crop', async () => {
    const args = [
      '--preset',
      'reference',
      '--crop-n-layers',
      '1',
      '--points-per-side',
      '2',
      '--crop-overlap-ratio',
      '0.25',
    ];
    const run = await runCli('everything', coffee, '-o', out, ...args);
    assert.equal(run.exitCode, 0, run.stderr);
    const crops = run.stderr.split('\n').filter((line) => line.includes(': crop '));
    assert.deepEqual(
      crops,
      [1, 2, 3, 4, 5].map((crop) => `${coffee}: crop ${crop} of 5`),
    );
  });
});
