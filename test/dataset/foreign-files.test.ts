import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { pack } from 'tar-stream';
import { renderRun } from '../../src/dataset/export/render-run.js';
import { mergeRuns } from '../../src/dataset/merge/merge-runs.js';
import type { OutputFormat } from '../../src/dataset/scheduler/output-formats.js';
import { type FakeRunOptions, runFake } from '../support/fake-run.js';
import { fileTree, recordTree } from '../support/file-tree.js';
import { smallImage, writeSmallImages } from '../support/small-images.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ToyExecutor } from '../support/toy-executor.js';

/** A folder with four images, and a place for results beside it. */
async function dataset(context: TestContext): Promise<{ root: string; photos: string; out: string }> {
  const root = await temporaryFolder(context);
  const [photos, out] = [join(root, 'photos'), join(root, 'out')];
  await writeSmallImages(photos, 4);
  return { root, photos, out };
}

async function writeMine(out: string, name: string): Promise<void> {
  await mkdir(dirname(join(out, name)), { recursive: true });
  await writeFile(join(out, name), 'mine');
}

/** Files that a run would write or remove, by the format of its results. */
const TAKEN: readonly [format: OutputFormat, name: string][] = [
  ['ndjson', 'masks-00000.ndjson'],
  ['ndjson.gz', 'masks-00000.ndjson.gz'],
  ['tar', 'masks-00000.tar'],
  ['tar', 'masks-00007.tar'],
  ['json', 'sub1/00001.json'],
  ['coco', 'sub1/00001.json'],
  ['coco', '_annotations.coco.json'],
  ['yolo-seg', 'sub1/00001.json'],
  ['yolo-seg', '_export/yolo-seg/labels/mine.txt'],
  ['json', 'failures.ndjson'],
  ['tar', 'failures.ndjson'],
];

describe('files that no run made', () => {
  for (const [format, name] of TAKEN) {
    it(`stay as they are, however often a run is tried: ${name} with ${format}`, async (context) => {
      const { photos, out } = await dataset(context);
      await writeMine(out, name);
      const output = { format, recordsPerFile: 2 };
      for (const resume of [{}, {}, { force: true }, { overwrite: true }, {}]) {
        await assert.rejects(runFake([photos], out, { output, resume }), {
          code: 'bad-run-folder',
          message: `Expected no ${join(out, name)} that this run did not write but found one`,
          hint: 'Choose another output folder, or move the file away.',
        });
        assert.equal(await readFile(join(out, name), 'utf8'), 'mine');
      }
      // once it is out of the way the same command works
      await rm(join(out, name));
      const { summary } = await runFake([photos], out, { output });
      assert.equal(summary.images, 4);
    });
  }

  it('stay when a run of another format is started again over them', async (context) => {
    const { photos, out } = await dataset(context);
    await runFake([photos], out);
    await writeMine(out, 'masks-00000.tar');
    await writeMine(out, '_annotations.coco.json');
    await writeMine(out, 'other.json');
    const before = await fileTree(out);
    for (const format of ['tar', 'coco'] as const) {
      await assert.rejects(runFake([photos], out, { output: { format }, resume: { overwrite: true } }), {
        code: 'bad-run-folder',
      });
      // a start that is refused has cost nothing
      assert.deepEqual(await fileTree(out), before);
    }
    await runFake([photos], out, { output: { format: 'ndjson' }, resume: { overwrite: true } });
    const names = [...(await recordTree(out)).keys()];
    assert.deepEqual(names, ['_annotations.coco.json', 'masks-00000.ndjson', 'masks-00000.tar', 'other.json']);
    for (const name of names)
      if (!name.endsWith('.ndjson')) assert.equal(await readFile(join(out, name), 'utf8'), 'mine');
  });

  it('stay when further images would have their names, or a further file of records', async (context) => {
    const { photos, out } = await dataset(context);
    const images = join(photos, 'sub0');
    await runFake([images], out);
    await writeFile(join(images, 'z.png'), await smallImage(9));
    await writeMine(out, 'z.json');
    await assert.rejects(runFake([images], out), { code: 'bad-run-folder', message: /z\.json that this run did not/ });
    assert.equal(await readFile(join(out, 'z.json'), 'utf8'), 'mine');

    const tars = join(dirname(out), 'tars');
    const output = { format: 'tar', recordsPerFile: 2 } as const;
    await runFake([join(photos, 'sub1')], tars, { output });
    await writeMine(tars, 'masks-00002.tar');
    const refused = { code: 'bad-run-folder', message: /masks-00002\.tar that this run did not/ };
    await assert.rejects(runFake([photos], tars, { output }), refused);
    assert.equal(await readFile(join(tars, 'masks-00002.tar'), 'utf8'), 'mine');
    await rm(join(tars, 'masks-00002.tar'));
    // one that comes while the run is at work ends it
    const executor = () => new ToyExecutor({ before: () => writeMine(tars, 'masks-00001.tar') });
    await assert.rejects(runFake([photos], tars, { output, executor }), { ...refused, message: /masks-00001\.tar/ });
    assert.equal(await readFile(join(tars, 'masks-00001.tar'), 'utf8'), 'mine');
    await rm(join(tars, 'masks-00001.tar'));
    const { summary } = await runFake([photos], tars, { output });
    assert.deepEqual([summary.done_before, summary.images, summary.failures], [2, 3, 0]);
  });

  it('are no overlays, and no image is drawn over', async (context) => {
    const { root, photos } = await dataset(context);
    const before = await fileTree(photos);
    for (const resume of [{}, { overwrite: true }]) {
      const options: FakeRunOptions = { overlayFormat: 'png', resume };
      const image = join(photos, 'sub0', '00000.png');
      await assert.rejects(runFake([image], join(root, 'out'), { ...options, overlayFolder: dirname(image) }), {
        code: 'bad-run-folder',
        message: `Expected no ${image} that is no overlay of this run but found one`,
      });
      assert.deepEqual(await fileTree(photos), before);
    }
    // of another format than the images, they would be images of the next start
    for (const overlayFolder of [photos, join(photos, 'sub0')]) {
      const taken = runFake([photos, join(photos, 'sub0')], join(root, 'taken'), { overlayFolder });
      const message = `Expected a folder of its own for overlays but ${overlayFolder} is an input`;
      await assert.rejects(taken, { code: 'bad-usage', message });
    }
    await runFake([photos], join(root, 'drawn'));
    const drawn = await renderRun({ folder: join(root, 'drawn'), out: photos, format: 'png', overwrite: true });
    assert.deepEqual(drawn, { images: 0, failures: 4 });
    assert.deepEqual(await fileTree(photos), before);
    // a folder of overlays may be used again when that is said
    const overlayFolder = join(root, 'overlays');
    await runFake([photos], join(root, 'first'), { overlayFolder });
    await assert.rejects(runFake([photos], join(root, 'second'), { overlayFolder }), { code: 'bad-run-folder' });
    await runFake([photos], join(root, 'second'), { overlayFolder, resume: { overwrite: true } });
    const again = await runFake([photos], join(root, 'second'), { overlayFolder });
    assert.equal(again.summary.done_before, 4);
  });

  for (const [format, name] of TAKEN.filter(([each]) => each !== 'yolo-seg')) {
    it(`stay when runs are merged to their folder: ${name} with ${format}`, async (context) => {
      const { root, photos, out } = await dataset(context);
      await writeFile(join(photos, 'broken.png'), 'no image');
      const folders = [join(root, '0'), join(root, '1')];
      const output = { format, recordsPerFile: 2 };
      for (const [index, folder] of folders.entries())
        await runFake([photos], folder, { output, shard: { index, count: 2 } });
      await writeMine(out, name);
      for (const overwrite of [false, false, true]) {
        await assert.rejects(mergeRuns({ folders, out, overwrite, command: [] }), {
          code: 'bad-run-folder',
          message: `Expected no ${join(out, name)} that this run did not write but found one`,
        });
        assert.equal(await readFile(join(out, name), 'utf8'), 'mine');
      }
      await rm(join(out, name));
      const { images } = await mergeRuns({ folders, out, command: [] });
      assert.equal(images, 4);
    });
  }

  it('a journal whose manifest is gone is not taken for a new run', async (context) => {
    const { photos, out } = await dataset(context);
    await runFake([photos], out, { output: { format: 'ndjson' } });
    await rm(join(out, '_run', 'manifest'));
    const before = await fileTree(out);
    await assert.rejects(runFake([photos], out, { output: { format: 'ndjson' } }), {
      code: 'bad-run-folder',
      message: `Expected ${join(out, '_run', 'manifest')} beside a journal but it is not there`,
    });
    assert.deepEqual(await fileTree(out), before);
  });
});

describe('files that an earlier start made', () => {
  for (const format of ['json', 'coco', 'yolo-seg', 'ndjson', 'tar'] as const) {
    it(`are gone when it is started again, those too that its journal does not know (${format})`, async (context) => {
      const { photos, out } = await dataset(context);
      const output = { format, recordsPerFile: 2 };
      await runFake([photos], out, { output });
      // as it was when it was killed between a record and its line
      const journal = join(out, '_run', 'journal.ndjson');
      const lines = (await readFile(journal, 'utf8')).split('\n');
      await writeFile(journal, `${lines.slice(0, 2).join('\n')}\n`);
      const images = join(photos, 'sub0');
      const again = await runFake([images], out, { output, resume: { overwrite: true } });
      assert.equal(again.summary.images, 2);
      await runFake([images], `${out}-new`, { output });
      const [ours, theirs] = [await recordTree(out), await recordTree(`${out}-new`)];
      if (format === 'json' || format === 'coco' || format === 'yolo-seg') {
        // one that no line tells of cannot be known
        for (const name of ours.keys()) if (name.startsWith('sub')) ours.delete(name);
      }
      assert.deepEqual(ours, theirs);
      const other = await runFake([images], out, {
        output: { format: format === 'json' ? 'ndjson' : 'json' },
        resume: { overwrite: true },
      });
      assert.equal(other.summary.images, 2);
      const left = [...(await recordTree(out)).keys()].filter((name) => !/^sub\d/.test(name));
      const expected = format === 'json' ? ['masks-00000.ndjson'] : ['00000.json', '00003.json'];
      assert.deepEqual(left, expected);
    });
  }
});

describe('an output folder that is the input too', () => {
  it('holds images of the run beside what the run made', async (context) => {
    const { photos } = await dataset(context);
    for (const format of ['png', 'tar', 'coco'] as const) {
      const folder = `${photos}-${format}`;
      await cp(photos, folder, { recursive: true });
      // an archive of images that happens to have such a name
      if (format !== 'tar') await writeFile(join(folder, 'masks-00000.tar'), await archiveOf('in.png'));
      const images = format === 'tar' ? 4 : 5;
      const first = await runFake([folder], folder, { output: { format } });
      assert.deepEqual([first.summary.images, first.summary.failures], [images, 0], format);
      const again = await runFake([folder], folder, { output: { format } });
      assert.deepEqual([again.summary.images, again.summary.done_before], [0, images], format);
    }
  });
});

async function archiveOf(name: string): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name }, await smallImage(7));
  archive.finalize();
  return buffer(archive);
}
