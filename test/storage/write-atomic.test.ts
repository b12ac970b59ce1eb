import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeAtomic } from '../../src/storage/write-atomic.js';

describe('writeAtomic', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
  });
  after(() => rm(root, { recursive: true }));

  it('makes folders, replaces what was there and leaves nothing else', async () => {
    const path = join(root, 'a', 'b', 'c.json');
    await writeAtomic(path, 'one');
    await writeAtomic(path, 'two');
    assert.equal(await readFile(path, 'utf8'), 'two');
    assert.deepEqual(await readdir(join(root, 'a', 'b')), ['c.json']);
  });

  it('names the file that it could not write', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(writeAtomic(join(root, 'file', 'x.json'), ''), {
      code: 'unwritable-name',
      message: /^Could not write .*x\.json: /,
    });
  });
});
