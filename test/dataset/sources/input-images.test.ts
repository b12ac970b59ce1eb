import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { locatorOf, type PlannedImage, refusalOf } from '../../../src/dataset/plan/planned-image.js';
import { type InputSelection, openInputs } from '../../../src/dataset/sources/input-images.js';
import { SamError } from '../../../src/errors.js';
import { collected } from '../../support/collected.js';

async function planned(selection: InputSelection): Promise<PlannedImage[]> {
  const source = openInputs(selection);
  try {
    return await collected(source.images());
  } finally {
    await source.close();
  }
}

describe('openInputs', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    await mkdir(join(root, 'b', 'deep'), { recursive: true });
    await mkdir(join(root, '.thumbs'));
    await mkdir(join(root, 'odd'));
    for (const name of ['z.JPG', 'a.png', 'notes.txt', 'b/deep/c.webp', 'b/a b.avif', '.thumbs/t.jpg', '._a.png']) {
      await writeFile(join(root, name), '');
    }
    for (const name of ['žluťoučký 🐈.jpg', 'two\nlines.png', ' .gif']) await writeFile(join(root, 'odd', name), '');
    await symlink(root, join(root, 'b', 'loop'));
    await symlink(join(root, 'nowhere.jpg'), join(root, 'b', 'dangling.jpg'));
  });
  after(() => rm(root, { recursive: true }));

  const namesOf = async (inputs: readonly string[], options: Partial<InputSelection> = {}) =>
    (await planned({ inputs: inputs.map((input) => join(root, input)), ...options })).map((image) => image.name);
  const listed = async (text: string, options: Partial<InputSelection> = {}) =>
    planned({ inputs: [], inputList: Readable.from([Buffer.from(text)]), ...options });

  it('searches folders in a fixed order, ends in a loop of links, and passes over what is hidden', async () => {
    const names = ['a.png', 'b/a b.avif', 'b/dangling.jpg', 'b/deep/c.webp', 'odd/ .gif', 'odd/two\nlines.png'];
    assert.deepEqual(await namesOf(['.']), [...names, 'odd/žluťoučký 🐈.jpg', 'z.JPG']);
    const hidden = await namesOf(['.'], { hidden: true });
    assert.ok(hidden.includes('.thumbs/t.jpg') && hidden.includes('._a.png'));
  });

  it('tells of the images of a full folder some at a time, in their order', async () => {
    const full = join(root, '.full');
    await mkdir(join(full, '0700'), { recursive: true });
    const names = Array.from({ length: 1500 }, (_, i) => `${String(i).padStart(4, '0')}.jpg`);
    await Promise.all([...names, '0700/in.png'].map((name) => writeFile(join(full, name), '')));
    const source = openInputs({ inputs: [full] });
    const batches: string[][] = [];
    for await (const batch of source.images()) batches.push(batch.map(({ name }) => name));
    await source.close();
    assert.deepEqual(batches.flat(), [...names.slice(0, 700), '0700/in.png', ...names.slice(700)]);
    assert.ok(batches.every((batch) => batch.length <= 1024));
  });

  it('takes a file given by itself, whatever it is called', async () => {
    assert.deepEqual(await namesOf(['notes.txt', 'b/deep']), ['notes.txt', 'c.webp']);
  });

  it('lists an image once, however it is reached', async () => {
    assert.deepEqual(
      await namesOf(['b/deep', 'b/deep/c.webp', 'b']),
      [
        'c.webp',
        'a b.avif',
        'dangling.jpg',
        'a.png',
        'odd/ .gif',
        'odd/two\nlines.png',
        'odd/žluťoučký 🐈.jpg',
        'z.JPG',
      ].map((name, i) => (i < 3 ? name : `loop/${name}`)),
    );
  });

  it('takes globs, several from one folder', async () => {
    assert.deepEqual(await namesOf(['*.{png,JPG}', '**/*.webp']), ['a.png', 'z.JPG', 'b/deep/c.webp']);
  });

  it('includes and excludes: a glob without a slash is about the last part of a name', async () => {
    assert.deepEqual(await namesOf(['.'], { include: ['*.png', '*.webp'], exclude: ['odd'] }), [
      'a.png',
      'b/deep/c.webp',
    ]);
    assert.deepEqual(await namesOf(['.'], { include: ['b/**'], exclude: ['dangling.*'] }), [
      'b/a b.avif',
      'b/deep/c.webp',
    ]);
  });

  it('passes over the folders that the run writes to', async () => {
    assert.deepEqual(await namesOf(['.'], { ownFolders: [join(root, 'b'), join(root, 'odd')] }), ['a.png', 'z.JPG']);
    assert.deepEqual(await namesOf(['b/deep'], { ownFolders: [join(root, 'b', 'deep')] }), ['c.webp']);
  });

  it('reads a list: a path a line, in any line ending, without looking at the files', async () => {
    const images = await listed('gone/1.jpg\r\n\n/abs/../2.jpg\n../3.jpg\ngone/1.jpg\n./gone/1.jpg\nlast.png');
    assert.deepEqual(
      images.map(({ path, name }) => [path, name]),
      [
        ['gone/1.jpg', 'gone/1.jpg'],
        ['/abs/../2.jpg', 'abs/2.jpg'],
        ['../3.jpg', '3.jpg'],
        ['last.png', 'last.png'],
      ],
    );
  });

  it('takes what a long list names twice once', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `photos/${i % 50}/${i}.jpg`);
    const again = ['photos/7/7.jpg', './photos/49/29999.jpg', 'photos/./0/0.jpg'];
    const images = await listed([...lines, ...again, 'new.jpg'].join('\n'));
    assert.deepEqual(
      images.map(({ path }) => path),
      [...lines, 'new.jpg'],
    );
  });

  it('reads a list separated by NUL, for names with newlines', async () => {
    const images = await listed('two\nlines.png\0b.jpg\0');
    assert.deepEqual(images.map(locatorOf), ['two\nlines.png', 'b.jpg']);
  });

  it('reads folders and URLs from a list', async () => {
    const url = 'http://127.0.0.1:9/a%20b/c.jpg?size=1';
    const images = await listed(`${join(root, 'b', 'deep')}\n${url}\nhttp://[bad\n`);
    assert.deepEqual(
      images.map(({ kind, name }) => [kind, name]),
      [
        ['file', `${join(root, 'b', 'deep').slice(1)}/c.webp`],
        ['url', '127.0.0.1_9/a b/c.jpg'],
        ['refused', 'http:/[bad'],
      ],
    );
  });

  it('takes a line that cannot be looked at for a file that fails in its turn', async () => {
    const long = 'n'.repeat(5000);
    const chunks = [`${long}\na.jpg\na.jpg\n`, 'b\0c.jpg'].map((text) => Buffer.from(text));
    const images = await planned({ inputs: [], inputList: Readable.from(chunks) });
    assert.deepEqual(images.map(locatorOf), [long, 'a.jpg', 'b\uFFFDc.jpg']);
    assert.deepEqual(
      images.map((image) => refusalOf(image)?.code),
      [undefined, undefined, 'not-found'],
    );
    const source = openInputs({ inputs: [] });
    await assert.rejects(source.open(images[0] as PlannedImage), { code: 'unreadable-file' });
    await assert.rejects(source.open(images[1] as PlannedImage), { code: 'not-found' });
  });

  it('takes a URL that is none for an image that cannot be downloaded, in a list and by itself', async () => {
    for (const images of [await listed('http://[bad'), await planned({ inputs: ['http://[bad'] })]) {
      assert.deepEqual(
        images.map((image) => refusalOf(image)),
        [new SamError('download-failed', 'Expected a URL but received http://[bad')],
      );
    }
  });

  it('ends a list that is waited for when it is closed', async () => {
    const list = new PassThrough();
    list.write('a.jpg\n');
    const source = openInputs({ inputs: [], inputList: list });
    const images = source.images()[Symbol.asyncIterator]();
    assert.equal((await images.next()).value?.length, 1);
    const next = images.next();
    await source.close();
    await assert.rejects(next, { code: 'bad-usage' });
  });

  it('names what does not exist or cannot be read', async () => {
    await assert.rejects(namesOf(['nowhere']), {
      code: 'bad-usage',
      message: /^Expected an image or a folder but could not open .*nowhere: ENOENT/,
    });
    for (const [name, why] of [
      ['no-list', 'ENOENT'],
      ['b', 'EISDIR'],
    ]) {
      await assert.rejects(planned({ inputs: [], inputList: join(root, `${name}`) }), {
        code: 'bad-usage',
        message: new RegExp(`^Expected a list of inputs but could not read .*${name}: ${why}`),
      });
    }
    await assert.rejects(listed('', { inputs: [root], exclude: ['*'] }), {
      code: 'bad-usage',
      message: `Expected images (.jpg .jpeg .png .webp .tif .tiff .gif .avif) but found none in ${root}, the list`,
    });
  });
});
