import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findPictures } from '../../src/dataset/pictures.js';

describe('findPictures', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    await mkdir(join(root, 'b', 'deep'), { recursive: true });
    for (const name of ['z.JPG', 'a.png', 'notes.txt', 'b/deep/c.webp', 'b/a b.avif']) {
      await writeFile(join(root, name), '');
    }
    await symlink(root, join(root, 'b', 'loop'));
  });
  after(() => rm(root, { recursive: true }));

  const namesOf = async (...inputs: string[]) =>
    (await findPictures(inputs.map((input) => join(root, input)))).map((picture) => picture.name);

  it('searches folders in a fixed order, and ends in a loop of links', async () => {
    assert.deepEqual(await namesOf('.'), ['a.png', 'b/a b.avif', 'b/deep/c.webp', 'z.JPG']);
  });

  it('takes a file given by itself, whatever it is called', async () => {
    assert.deepEqual(await namesOf('notes.txt', 'b/deep'), ['notes.txt', 'c.webp']);
  });

  it('lists a picture once', async () => {
    assert.deepEqual(await namesOf('b/deep', 'b/deep/c.webp'), ['c.webp']);
  });

  it('names what does not exist', async () => {
    await assert.rejects(namesOf('nowhere'), {
      code: 'bad-usage',
      message: /^Expected a picture or a folder but could not open .*nowhere: ENOENT/,
    });
  });

  it('says where it found none', async () => {
    await mkdir(join(root, 'empty'));
    await assert.rejects(namesOf('empty'), { code: 'bad-usage', message: /but found none in .*empty$/ });
    await rm(join(root, 'empty'), { recursive: true });
  });
});
