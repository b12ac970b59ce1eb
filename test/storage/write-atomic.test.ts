import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SamError } from '../../src/errors.js';
import { writeAtomic } from '../../src/storage/write-atomic.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('writeAtomic', () => {
  it('makes folders, replaces what was there and leaves nothing else', async (context) => {
    const root = await temporaryFolder(context);
    const path = join(root, 'a', 'b', 'c.json');
    await writeAtomic(path, 'one');
    await writeAtomic(path, 'two', { temporaryFolder: join(root, 'tmp'), sync: false });
    assert.equal(await readFile(path, 'utf8'), 'two');
    assert.deepEqual(await readdir(join(root, 'a', 'b')), ['c.json']);
    assert.deepEqual(await readdir(join(root, 'tmp')), []);
  });

  it('names the file that it could not write', async (context) => {
    const root = await temporaryFolder(context);
    await writeFile(join(root, 'file'), '');
    await assert.rejects(writeAtomic(join(root, 'file', 'x.json'), ''), {
      code: 'unwritable-name',
      message: /^Could not write .*x\.json: /,
    });
  });

  it('writes piece by piece, however small or large they are', async (context) => {
    const path = join(await temporaryFolder(context), 'pieces');
    const pieces = [
      ...Array.from({ length: 1000 }, (_, i) => `${i}, `),
      Buffer.alloc(600_000, 'x'),
      'ü',
      Buffer.from('end'),
    ];
    async function* data() {
      yield* pieces;
    }
    await writeAtomic(path, data());
    assert.equal(await readFile(path, 'utf8'), pieces.map(String).join(''));
    await writeAtomic(path, (async function* () {})());
    assert.equal(await readFile(path, 'utf8'), '');
  });

  it('throws what the data throws as it is, and leaves what was there', async (context) => {
    const root = await temporaryFolder(context);
    const path = join(root, 'all.json');
    await writeFile(path, 'before');
    const damaged = new SamError('bad-run-folder', 'a damaged record');
    async function* data() {
      yield 'first';
      throw damaged;
    }
    await assert.rejects(writeAtomic(path, data()), (error) => error === damaged);
    assert.equal(await readFile(path, 'utf8'), 'before');
    assert.deepEqual(await readdir(root), ['all.json']);
  });
});
