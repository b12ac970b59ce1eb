import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runStatusOf } from '../../../src/dataset/run-reader/run-status.js';
import { FileLock } from '../../../src/storage/lock.js';
import { fakeJob, runFake } from '../../support/fake-run.js';
import { recordTree } from '../../support/file-tree.js';
import { smallImage, writeSmallImages } from '../../support/small-images.js';

async function jsonLines(path: string) {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe('runDataset', () => {
  let root: string;
  let photos: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    photos = join(root, 'photos');
    await writeSmallImages(photos, 7);
    await writeFile(join(photos, 'broken.jpg'), 'no image');
  });
  after(() => rm(root, { recursive: true }));

  it('goes on where it was: done images stay, failed ones wait for retryFailed, new ones are done', async () => {
    const folder = join(root, 'resumed');
    const inputs = join(root, 'growing');
    await mkdir(inputs);
    for (const name of ['a.png', 'b.png']) await writeFile(join(inputs, name), await smallImage(name.length));
    await writeFile(join(inputs, 'c.jpg'), '');
    const first = await runFake([inputs], folder);
    assert.deepEqual([first.summary.images, first.summary.failures], [2, 1]);
    const [failure] = await jsonLines(join(folder, 'failures.ndjson'));
    assert.deepEqual(
      { ...failure, at: '' },
      {
        image_id: 3,
        image: join(inputs, 'c.jpg'),
        code: 'empty-file',
        reason: `Expected an image but ${join(inputs, 'c.jpg')} has 0 bytes`,
        at: '',
      },
    );

    // an image at the end keeps everyone's id; one in the middle gets an id of its own
    await writeFile(join(inputs, 'd.png'), await smallImage(4));
    const second = await runFake([inputs], folder);
    const { images, failures, done_before, failed_before } = second.summary;
    assert.deepEqual(
      { images, failures, done_before, failed_before },
      {
        images: 1,
        failures: 0,
        done_before: 2,
        failed_before: 1,
      },
    );
    await writeFile(join(inputs, 'aa.png'), await smallImage(5));
    await writeFile(join(inputs, 'c.jpg'), await smallImage(6, 'jpeg'));
    const third = await runFake([inputs], folder, { resume: { retryFailed: true } });
    assert.deepEqual([third.summary.images, third.summary.done_before], [2, 3]);
    const ids = (await jsonLines(join(folder, '_run', 'journal.ndjson'))).map(({ image_id, image, state }) => [
      image_id,
      image.slice(inputs.length + 1),
      state,
    ]);
    // images of one start may end in any order
    assert.deepEqual(ids.toSorted(), [
      [1, 'a.png', 'done'],
      [2, 'b.png', 'done'],
      [3, 'c.jpg', 'failed'],
      [4, 'd.png', 'done'],
      [6, 'aa.png', 'done'],
      [8, 'c.jpg', 'done'],
    ]);
    assert.deepEqual((await readdir(folder)).sort(), ['_run', 'a.json', 'aa.json', 'b.json', 'c.json', 'd.json']);
  });

  it('refuses another setting or model with the difference, unless forced or started again', async () => {
    const folder = join(root, 'changed');
    await runFake([photos], folder, { job: fakeJob({ pointsPerSide: 2 }) });
    const changed = { job: fakeJob({ pointsPerSide: 4 }) };
    await assert.rejects(runFake([photos], folder, changed), {
      code: 'changed-run',
      message: `Expected the model and settings that ${folder} was begun with but received others: settings.pointsPerSide was 2, is 4`,
    });
    await assert.rejects(runFake([photos], folder, { output: { format: 'ndjson' }, resume: { force: true } }), {
      code: 'changed-run',
      message: /output\.format was "json", is "ndjson"/,
    });
    const forced = await runFake([photos], folder, { ...changed, resume: { force: true } });
    assert.equal(forced.summary.done_before, 7);
    assert.ok(
      forced.events.some((event) => event.event === 'notice' && /pointsPerSide was 2, is 4/.test(event.message)),
    );
    await writeFile(join(folder, 'mine.txt'), '');
    const again = await runFake([photos], folder, { job: fakeJob({ pointsPerSide: 8 }), resume: { overwrite: true } });
    assert.equal(again.summary.images, 7);
    assert.ok((await readdir(folder)).includes('mine.txt'));
  });

  it('never gives two images one name, across starts too', async () => {
    const folder = join(root, 'names');
    await mkdir(join(root, 'x'));
    await mkdir(join(root, 'y'));
    await writeFile(join(root, 'x', 'a.png'), await smallImage(1));
    await writeFile(join(root, 'y', 'a.png'), await smallImage(2));
    await runFake([join(root, 'x')], folder);
    await runFake([join(root, 'y')], folder);
    const again = await runFake([join(root, 'x')], folder);
    assert.equal(again.summary.done_before, 1);
    const { image } = JSON.parse(await readFile(join(folder, 'a.2.json'), 'utf8'));
    assert.deepEqual([image.image_id, image.file_name], [2, 'a.png']);
    assert.deepEqual([...(await recordTree(folder)).keys()], ['a.2.json', 'a.json']);
  });

  for (const format of ['ndjson', 'ndjson.gz', 'tar'] as const) {
    it(`continues ${format} files behind their last noted record, with the bytes of an undisturbed run`, async () => {
      const calm = join(root, `calm-${format}`);
      const options = { output: { format, recordsPerFile: 3 } };
      await runFake([photos], calm, options);
      assert.deepEqual(
        [...(await recordTree(calm)).keys()],
        [0, 1, 2].map((i) => `masks-0000${i}.${format}`),
      );
      // as a killed run leaves it: records that no line tells of, half a record, half a line
      const folder = join(root, `torn-${format}`);
      await mkdir(join(folder, '_run'), { recursive: true });
      for (const name of [`masks-00000.${format}`, `masks-00001.${format}`, '_run/manifest', '_run/files.ndjson']) {
        await copyFile(join(calm, name), join(folder, name));
      }
      const lines = (await readFile(join(calm, '_run', 'journal.ndjson'), 'utf8')).split('\n');
      await writeFile(
        join(folder, '_run', 'journal.ndjson'),
        `${lines.slice(0, 3).join('\n')}\n${lines[3].slice(0, 30)}`,
      );
      await appendFile(join(folder, `masks-00001.${format}`), 'half a rec');
      const { summary } = await runFake([photos], folder, options);
      assert.equal(summary.images + summary.done_before, 7);
      assert.deepEqual(await recordTree(folder), await recordTree(calm));
    });
  }

  it('records what vanished, is no file, is too large or has an impossible name, and does the others', async () => {
    const folder = join(root, 'bad');
    const bad = join(root, 'bad-photos');
    await mkdir(join(bad, 'folder.json'), { recursive: true });
    await symlink('/dev/zero', join(bad, 'endless.jpg'));
    await writeFile(join(bad, 'drawing.png'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await writeFile(join(bad, `${'n'.repeat(251)}.png`), await smallImage(1));
    await writeFile(join(bad, 'folder.json', 'a.png'), await smallImage(2));
    await writeFile(join(bad, 'folder.png'), await smallImage(3));
    const list = join(root, 'list.txt');
    await writeFile(list, join(bad, 'gone.jpg'));
    const selection = { inputs: [bad], inputList: list };
    const { summary, events } = await runFake([], folder, { selection, limits: { maxPixels: 64 * 64 } });
    const failures = events.flatMap((event) => (event.event === 'image_failed' ? [[event.code, event.reason]] : []));
    assert.deepEqual(failures.map(([code]) => code).sort(), [
      'not-a-file',
      'not-found',
      'unreadable-image',
      'unwritable-name',
    ]);
    assert.equal(summary.images, 2);
    const tooLarge = await runFake([bad], join(root, 'small'), { limits: { maxPixels: 100 }, maxFailures: 2 });
    assert.equal(tooLarge.summary.too_many_failures, true);
    assert.ok(tooLarge.events.some((event) => event.event === 'image_failed' && event.code === 'too-many-pixels'));
  });

  it('keeps a folder to one process', async () => {
    const folder = join(root, 'locked');
    const lock = await FileLock.take(join(folder, '_run', 'lock'));
    const holder = JSON.parse(await readFile(join(folder, '_run', 'lock'), 'utf8'));
    await assert.rejects(runFake([photos], folder), { code: 'run-in-use' });
    await lock.release();
    // one that was killed
    await writeFile(join(folder, '_run', 'lock'), JSON.stringify({ ...holder, pid: 2 ** 22 + 1 }));
    await runFake([photos], folder);
    const status = await runStatusOf(folder);
    assert.deepEqual(
      [status.running, status.planned, status.done, status.failed, status.remaining, status.masks],
      [false, 8, 7, 1, 0, 7],
    );
    assert.deepEqual(status.failures_by_code, { 'unreadable-image': 1 });
  });

  it('leaves no trace of a wrong command', async () => {
    const folder = join(root, 'nothing');
    await assert.rejects(runFake([join(root, 'nowhere')], folder), { code: 'bad-usage' });
    await assert.rejects(readdir(folder), { code: 'ENOENT' });
    await mkdir(join(root, 'empty'));
    await assert.rejects(runFake([join(root, 'empty')], folder), {
      code: 'bad-usage',
      message: /^Expected images \(\.jpg .*\) but found none in .*empty$/,
    });
    await assert.rejects(readdir(folder), { code: 'ENOENT' });
  });
});
