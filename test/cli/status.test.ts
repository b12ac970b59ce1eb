import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runFake } from '../support/fake-run.js';
import { cliPath, runMain } from '../support/run-cli.js';
import { COARSE, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Images that take a while, with any model. */
const FLAGS = [...COARSE, '--points-per-side', '32', '--workers', '1', '--threads', '1', ...SMALL_MODEL];

describe('sam-cli status', () => {
  it('tells of a run that has ended, in words and as JSON', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, out] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 5);
    await writeFile(join(photos, 'broken.jpg'), 'no image');
    await writeFile(join(photos, 'empty.jpg'), '');
    await runFake([photos], out);

    const words = await runMain('status', out);
    assert.deepEqual([words.exitCode, words.stderr], [0, '']);
    const time = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z';
    const lines = [
      'everything: finished',
      '5 of 7 images done, 2 failed, 0 to go; 5 masks',
      '  unreadable-image: 1',
      '  empty-file: 1',
      `last started ${time}, last image ${time}`,
      '[\\d.]+ images a minute',
    ];
    for (const line of lines) assert.match(words.stdout, new RegExp(`^${line}$`, 'm'));
    assert.equal(words.stdout.split('\n').length, lines.length + 1);

    const json = await runMain('status', out, '--json');
    const { started_at, updated_at, images_per_minute, ...status } = JSON.parse(json.stdout);
    assert.ok(Date.parse(started_at) <= Date.parse(updated_at) && images_per_minute > 0);
    assert.deepEqual(status, {
      running: false,
      job: 'everything',
      shard: { index: 0, count: 1 },
      planned: 7,
      done: 5,
      failed: 2,
      remaining: 0,
      masks: 5,
      failures_by_code: { 'unreadable-image': 1, 'empty-file': 1 },
      seconds_left: null,
      batches_noted: 0,
    });
  });

  it('tells of a shard that stopped before its end', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, out] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 60);
    // the first in order: a few images are in flight when it fails
    await writeFile(join(photos, 'empty.jpg'), '');
    await runFake([photos], out, { shard: { index: 0, count: 2 }, maxFailures: 1 });
    const { exitCode, stdout } = await runMain('status', out);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^everything \(shard 0\/2\): stopped before its end; the same command goes on$/m);
    assert.match(stdout, /^\d+ of 31 images done, 1 failed, [1-9]\d* to go; \d+ masks?$/m);
  });

  it('tells of a run at work, and what is left of it', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, out] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 3);
    const args = ['everything', photos, '-o', out, ...FLAGS, '--log-format', 'ndjson'];
    const child = spawn(process.execPath, [cliPath, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'close');
    try {
      let said = '';
      for await (const text of child.stderr) {
        said += text;
        // it stops where it is, and lives
        if (said.includes('"event":"image_done"') && child.kill('SIGSTOP')) break;
      }
      const { exitCode, stdout } = await runMain('status', out);
      assert.equal(exitCode, 0);
      assert.match(stdout, new RegExp(`^everything: running as process ${child.pid} on .+$`, 'm'));
      assert.match(stdout, /^[12] of 3 images done, 0 failed, [12] to go; \d+ masks?$/m);
      assert.match(stdout, /^about (\d+ s|\d+ min|\d+ h \d+ min|[\d.]+ days) left$/m);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  it('answers 2 where there is no run, and no folder', async (context) => {
    const root = await temporaryFolder(context);
    await mkdir(join(root, 'empty'));
    for (const folder of [join(root, 'empty'), join(root, 'nowhere')]) {
      assert.deepEqual(await runMain('status', folder), {
        exitCode: 2,
        stdout: '',
        stderr: `sam-cli: Expected the output folder of a run but found no manifest in ${folder}\n`,
      });
    }
    const none = await runMain('status');
    assert.equal(none.exitCode, 2);
    assert.match(none.stderr, /missing required argument 'folder'/);
  });
});
