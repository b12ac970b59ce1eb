import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { runFake } from '../support/fake-run.js';
import { fileTree, recordTree } from '../support/file-tree.js';
import { runCli } from '../support/run-cli.js';
import { COARSE, writeSmallImages } from '../support/small-images.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A file system of its own with little room; undefined where one may not be mounted. */
async function smallDisk(context: TestContext): Promise<string | undefined> {
  const disk = await mkdtemp(join(tmpdir(), 'sam-cli-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
    context.after(() => execFileSync('umount', ['-l', disk]));
  } catch {
    context.skip('a tmpfs cannot be mounted here (it takes root)');
  }
  context.after(() => rmdir(disk));
  return execFileSync('mount').includes(disk) ? disk : undefined;
}

/** Fills a disk but for so many bytes. @returns what fills it. */
async function fill(disk: string, leave: number): Promise<string> {
  const { bavail, bsize } = await statfs(disk);
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(bavail * bsize - leave));
  return filler;
}

describe('a full disk', () => {
  it('ends the run with a clear message and exit code 1, and the run goes on when there is room again', async (context) => {
    const root = await temporaryFolder(context);
    const disk = await smallDisk(context);
    if (disk === undefined) return;
    const photos = join(root, 'photos');
    await writeSmallImages(photos, 6);
    const filler = await fill(disk, 28 * 1024);
    const args = ['everything', photos, '--out', join(disk, 'out'), '--workers', '2', ...COARSE];

    const full = await runCli(...args);
    assert.equal(full.exitCode, 1, full.stderr);
    assert.match(full.stderr, /^sam-cli: Could not write .*: ENOSPC: no space left on device/m);
    assert.match(full.stderr, /^Check free space and permissions, then run the same command again/m);
    assert.doesNotMatch(full.stderr, /FAILED/);
    const halfway = await recordTree(join(disk, 'out'));
    assert.ok(halfway.size > 0 && halfway.size < 6, `${halfway.size} records`);

    await rm(filler);
    const again = await runCli(...args);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stderr, new RegExp(`^${halfway.size} images? were done before`, 'm'));
    const whole = await recordTree(join(disk, 'out'));
    assert.equal(whole.size, 6);
    for (const [name, hash] of halfway) assert.equal(whole.get(name), hash);
    const files = [...(await fileTree(join(disk, 'out'))).keys()];
    assert.deepEqual(
      files.filter((name) => name.startsWith('_run/')),
      ['_run/journal.ndjson', '_run/manifest', '_run/summary'],
    );
  });

  it('leaves files of many records valid up to the last whole one', async (context) => {
    const root = await temporaryFolder(context);
    const disk = await smallDisk(context);
    if (disk === undefined) return;
    const photos = join(root, 'photos');
    await writeSmallImages(photos, 40);
    const output = { format: 'tar' as const, recordsPerFile: 100 };
    const filler = await fill(disk, 44 * 1024);
    await assert.rejects(runFake([photos], join(disk, 'out'), { output }), { code: 'unwritable-output' });
    await rm(filler);
    const { summary } = await runFake([photos], join(disk, 'out'), { output });
    assert.ok(summary.done_before > 0 && summary.images > 0);
    await runFake([photos], join(root, 'whole'), { output });
    assert.deepEqual(await recordTree(join(disk, 'out')), await recordTree(join(root, 'whole')));
  });
});
