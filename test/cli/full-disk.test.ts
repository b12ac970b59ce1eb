import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { main } from '../../src/cli/main.js';
import type { RunEvent } from '../../src/dataset/scheduler/events.js';
import { runFake } from '../support/fake-run.js';
import { fileTree, recordTree } from '../support/file-tree.js';
import { runMain } from '../support/run-cli.js';
import { COARSE, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
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

/** Fills a disk to its last byte. @returns what fills it. */
function fill(disk: string): string {
  const filler = join(disk, 'filler');
  const file = openSync(filler, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(file);
  }
  return filler;
}

describe('a full disk', () => {
  it('ends the run with a clear message and exit code 1, and the run goes on when there is room again', async (context) => {
    const root = await temporaryFolder(context);
    const disk = await smallDisk(context);
    if (disk === undefined) return;
    const photos = join(root, 'photos');
    await writeSmallImages(photos, 12);
    const args = ['everything', photos, '--out', join(disk, 'out'), '--workers', '2', ...COARSE, ...SMALL_MODEL];

    let said = '';
    let done = 0;
    let filler = '';
    const stderr = {
      write(text: string) {
        said += text;
        if (text.includes(' -> ') && ++done === 3) filler = fill(disk);
      },
    };
    assert.equal(await main(['node', 'sam-cli', ...args], { stdin: Readable.from([]), stderr }), 1, said);
    assert.match(said, /^sam-cli: Could not write .*: ENOSPC: no space left on device/m);
    assert.match(said, /^Check free space and permissions, then run the same command again/m);
    assert.doesNotMatch(said, /FAILED/);
    const halfway = await recordTree(join(disk, 'out'));
    assert.ok(halfway.size >= 3 && halfway.size < 12, `${halfway.size} records`);

    await rm(filler);
    const again = await runMain(...args);
    assert.equal(again.exitCode, 0, again.stderr);
    assert.match(again.stderr, new RegExp(`^${halfway.size} images were done before`, 'm'));
    const whole = await recordTree(join(disk, 'out'));
    assert.equal(whole.size, 12);
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
    let done = 0;
    let filler = '';
    const onEvent = ({ event }: RunEvent) => {
      if (event === 'image_done' && ++done === 10) filler = fill(disk);
    };
    await assert.rejects(runFake([photos], join(disk, 'out'), { output, onEvent }), { code: 'unwritable-output' });
    await rm(filler);
    const { summary } = await runFake([photos], join(disk, 'out'), { output });
    assert.ok(summary.done_before >= 10 && summary.images > 0);
    await runFake([photos], join(root, 'whole'), { output });
    assert.deepEqual(await recordTree(join(disk, 'out')), await recordTree(join(root, 'whole')));
  });
});
