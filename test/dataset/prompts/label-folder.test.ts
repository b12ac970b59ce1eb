import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { WHOLE } from '../../../src/dataset/plan/shard.js';
import { openPrompts } from '../../../src/dataset/prompts/open-prompts.js';
import { differenceInWords, identityDifferences, type RunIdentity } from '../../../src/dataset/run-folder/manifest.js';
import { segmentJob } from '../../../src/library/jobs.js';
import { runFake } from '../../support/fake-run.js';
import { smallImage } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const BOX = '0 0.5 0.5 0.2 0.2\n';
const SHAPES = '{"shapes": [{"label": "cup", "points": [[1, 2]], "shape_type": "point"}]}';

const opened = (path: string) => openPrompts({ kind: 'file', path, isRelative: false });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** A folder of YOLO labels. */
async function yoloFolder(context: TestContext): Promise<string> {
  const root = await temporaryFolder(context);
  return write(join(root, 'labels'), { 'a.txt': BOX, 'train/b.txt': BOX, 'classes.txt': 'cup\nspoon\n' });
}

describe('a folder of labels', () => {
  it('is known by its content, wherever it lies', async (context) => {
    const folder = await yoloFolder(context);
    const { identity } = await opened(folder);
    const lines = `${sha256(BOX)}  a.txt\n${sha256('cup\nspoon\n')}  classes.txt\n${sha256(BOX)}  train/b.txt\n`;
    assert.deepEqual(identity, {
      format: 'yolo',
      folder: { label_files: 3, sha256: sha256(lines) },
      relative: false,
    });
    await rename(folder, `${folder}2`);
    assert.deepEqual((await opened(`${folder}2`)).identity, identity);
  });

  const changes: [what: string, change: (folder: string) => Promise<unknown>][] = [
    ['a changed label', (folder) => writeFile(join(folder, 'train', 'b.txt'), BOX.replace('0.2', '0.3'))],
    ['a new label file', (folder) => writeFile(join(folder, 'c.txt'), BOX)],
    ['a label file that is gone', (folder) => rm(join(folder, 'a.txt'))],
    ['another name', (folder) => rename(join(folder, 'a.txt'), join(folder, 'aa.txt'))],
    ['other classes', (folder) => writeFile(join(folder, 'classes.txt'), 'cup\nfork\n')],
    ['no classes', (folder) => rm(join(folder, 'classes.txt'))],
  ];
  for (const [what, change] of changes) {
    it(`is another one with ${what}`, async (context) => {
      const folder = await yoloFolder(context);
      const before = (await opened(folder)).identity;
      await change(folder);
      assert.notDeepEqual((await opened(folder)).identity, before);
    });
  }

  it('is told from the path that manifests of earlier versions know', async (context) => {
    const folder = await yoloFolder(context);
    const identityWith = (prompts: unknown): RunIdentity => ({
      job: 'segment',
      model: { name: 'm', encoder_sha256: 'e', decoder_sha256: 'd' },
      settings: { prompts },
      output: { format: 'json' },
      shard: WHOLE,
    });
    const before = identityWith({ format: 'yolo', folder: 'labels', relative: false });
    const words = identityDifferences(before, identityWith((await opened(folder)).identity)).map(differenceInWords);
    assert.equal(words.length, 1);
    assert.match(words.join(), /^settings\.prompts\.folder was "labels", is \{"label_files":3,"sha256":"\w{64}"\}$/);
  });

  it('may hold other files, and the output of runs', async (context) => {
    const folder = await yoloFolder(context);
    const before = (await opened(folder)).identity;
    await write(folder, {
      'a.jpg': 'an image',
      'out/_run/manifest': '{}',
      'out/a.json': '{}',
      'out/deep/notes.txt': 'not a label',
    });
    const { format, identity } = await opened(folder);
    assert.equal(format, 'yolo');
    assert.deepEqual(identity, before);
  });

  it('is not the output folder of its own run, however either is named', async (context) => {
    const folder = await yoloFolder(context);
    const photos = join(dirname(folder), 'photos');
    await mkdir(photos);
    await writeFile(join(photos, 'a.png'), await smallImage(1));
    await symlink(folder, `${folder}-link`);
    for (const [path, out] of [
      [folder, folder],
      [`${folder}-link`, `${folder}/../labels`],
      [folder, `${folder}-link`],
    ]) {
      const job = segmentJob({ prompts: { kind: 'file', path, isRelative: false } });
      await assert.rejects(runFake([photos], out, { job }), {
        code: 'bad-usage',
        message: `Expected a folder of its own for results but ${out} is that of the prompts`,
      });
    }
    assert.deepEqual((await readdir(folder)).sort(), ['a.txt', 'classes.txt', 'train']);
  });

  it('is followed through links, each folder once', async (context) => {
    const root = await temporaryFolder(context);
    const folder = await write(join(root, 'labels'), { 'a.json': SHAPES });
    await write(join(root, 'elsewhere'), { 'b.json': SHAPES, 'c.json': SHAPES });
    await symlink(join(root, 'elsewhere'), join(folder, 'sub'));
    await symlink(join(root, 'elsewhere', 'b.json'), join(folder, 'b.json'));
    await symlink(folder, join(folder, 'sub', 'round'));
    await symlink(join(root, 'nowhere'), join(folder, 'dangling.json'));
    const prompts = await opened(folder);
    assert.equal(prompts.format, 'labelme');
    const lines = ['a', 'b', 'sub/b', 'sub/c'].map((name) => `${sha256(SHAPES)}  ${name}.json\n`).join('');
    assert.deepEqual(prompts.identity.folder, { label_files: 4, sha256: sha256(lines) });
    assert.equal((await prompts.promptsOf('sub/c.jpg'))?.objects.length, 1);
  });

  it('without a list of classes has classes without names; one that cannot be read is an error', async (context) => {
    const folder = await yoloFolder(context);
    const classes = join(folder, 'classes.txt');
    await rm(classes);
    assert.deepEqual((await opened(folder)).categories, []);
    await mkdir(classes);
    await assert.rejects(opened(folder), (error: { code?: string; message?: string }) => {
      assert.equal(error.code, 'bad-prompt');
      assert.ok(error.message?.startsWith(`Expected prompts but could not read ${classes}: EISDIR`), error.message);
      return true;
    });
  });

  it('has to have labels', async (context) => {
    const folder = await write(await temporaryFolder(context), { 'classes.txt': 'cup\n', 'a.jpg': '' });
    await assert.rejects(opened(folder), {
      code: 'bad-usage',
      message: `Expected label files (.txt of YOLO, .json of LabelMe) but found none in ${folder}`,
    });
  });
});
