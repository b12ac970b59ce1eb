import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runMain } from '../support/run-cli.js';
import { COARSE, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const FLAGS = [...COARSE, ...SMALL_MODEL];

describe('estimates', () => {
  it('--dry-run tells what a run would take, and leaves no trace', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, out] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 7);
    const args = ['everything', photos, '--out', out, '--workers', '1', '--threads', '1', ...FLAGS];
    const { exitCode, stdout, stderr } = await runMain(...args, '--dry-run');
    assert.deepEqual([exitCode, stderr], [0, 'Trying 6 of 7 images, with results that are not kept\n']);
    const lines = [
      '7 images, 0 settled before, 7 to do',
      'about \\d+ s: \\d+ images an hour with --workers 1 --threads \\d+',
      'about \\d+ kB in .+, [\\d.]+ [MG]B free there',
      'tried 6 of them; nothing was kept',
    ];
    assert.match(stdout, new RegExp(`^${lines.join('\n')}\n$`));
    assert.equal(existsSync(out), false);
  });

  it('--dry-run knows what an earlier start did', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, out] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 2);
    const args = ['everything', photos, '--out', out, '--workers', '1', '--threads', '1', ...FLAGS];
    assert.equal((await runMain(...args, '--quiet')).exitCode, 0);
    await writeSmallImages(photos, 3);
    const some = JSON.parse((await runMain(...args, '--dry-run', '--json')).stdout);
    assert.deepEqual([some.images, some.settled_before, some.remaining, some.tried], [3, 2, 1, 1]);
    assert.ok(some.seconds > 0 && some.bytes > 0 && Number(some.disk_free) > 0);
    assert.equal((await runMain(...args, '--quiet')).exitCode, 0);
    const { stdout, stderr } = await runMain(...args, '--dry-run');
    assert.deepEqual([stdout, stderr], ['3 images, 3 settled before, 0 to do\n', '']);
    // what was done of other inputs does not count
    const other = join(root, 'other');
    await writeSmallImages(other, 1);
    const [command, , ...flags] = args;
    const others = JSON.parse((await runMain(command, other, ...flags, '--dry-run', '--json')).stdout);
    assert.deepEqual([others.images, others.settled_before, others.remaining, others.tried], [1, 0, 1, 1]);
  });

  it('bench tries the ways to share out the cores, and names the flags to use', async () => {
    const { exitCode, stdout, stderr } = await runMain('bench', '--images', '1000', ...FLAGS);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^files-[\w-]+, \d+ images tried each way/);
    assert.match(stdout, /^--workers \d+ --threads 1 +\d+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$/m);
    assert.match(stdout, /^best here: --workers \d+ --threads \d+$/m);
    assert.match(stdout, /^1000 images: about .+, \d+ [kM]B of results$/m);
  });

  it('bench measures, and does not print settings', async () => {
    const { exitCode, stderr } = await runMain('bench', '--print-settings');
    assert.equal(exitCode, 2);
    assert.match(stderr, /unknown option '--print-settings'/);
  });
});
