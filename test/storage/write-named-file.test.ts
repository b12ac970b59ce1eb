import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeNamedFile } from '../../src/storage/write-named-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('writeNamedFile', () => {
  it('replaces a file by a whole one, and leaves nothing beside it', async (context) => {
    const folder = await temporaryFolder(context);
    const path = join(folder, 'table.csv');
    await writeFile(path, 'an older and longer text');
    await writeNamedFile(path, 'new');
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.deepEqual(await readdir(folder), ['table.csv']);
  });

  it('writes into what is no file, and does not replace it', async () => {
    await writeNamedFile('/dev/null', 'gone');
    assert.equal((await stat('/dev/null')).isCharacterDevice(), true);
  });

  it('says what stands in its way', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(join(folder, 'taken'));
    await assert.rejects(writeNamedFile(join(folder, 'taken'), 'x'), { code: 'unwritable-name', message: /taken/ });
  });
});
