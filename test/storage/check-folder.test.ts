import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkFolder } from '../../src/storage/check-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('checkFolder', () => {
  it('takes a folder, and one that could be made, without making it', async (context) => {
    const root = await temporaryFolder(context);
    await checkFolder(root, '--out');
    await checkFolder(join(root, 'a', 'b'), '--out');
    await checkFolder('not/there', '--out');
    assert.deepEqual(await readdir(root), []);
  });

  it('names the file that is in the way', async (context) => {
    const file = join(await temporaryFolder(context), 'photo.jpg');
    await writeFile(file, '');
    for (const folder of [file, join(file, 'masks', 'today')]) {
      await assert.rejects(checkFolder(folder, '--out'), {
        code: 'bad-usage',
        message: `Expected a folder for --out but ${file} is a file`,
        hint: 'Choose another folder.',
      });
    }
  });
});
