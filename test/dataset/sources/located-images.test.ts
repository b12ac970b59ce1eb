import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { pack } from 'tar-stream';
import { LocatedImages } from '../../../src/dataset/sources/located-images.js';
import { smallImage } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function archiveOf(context: TestContext, names: readonly string[]): Promise<string> {
  const path = join(await temporaryFolder(context), 'photos!.tar');
  const archive = pack();
  for (const [i, name] of names.entries()) archive.entry({ name }, await smallImage(i + 1));
  archive.finalize();
  await writeFile(path, await buffer(archive));
  return path;
}

describe('LocatedImages', () => {
  it('lists an archive once for all of its images', async (context) => {
    const names = ['a.png', 'b!c.png', 'd/e.png'];
    const path = await archiveOf(context, names);
    const images = new LocatedImages();
    context.after(() => images.close());
    const widths: number[] = [];
    for (const name of names) {
      widths.push((await images.read(`${path}!${name}`)).width);
      // what is open is not looked for again
      await rm(path, { force: true });
    }
    assert.equal(new Set(widths).size, names.length);
    await assert.rejects(images.read(`${path}!none.png`), { code: 'not-found' });
  });

  it('reads plain files between those of an archive', async (context) => {
    const path = await archiveOf(context, ['a.png', 'b.png']);
    const file = `${path}!c.png`;
    await writeFile(file, await smallImage(9));
    const images = new LocatedImages();
    context.after(() => images.close());
    for (const locator of [`${path}!a.png`, file, `${path}!b.png`]) {
      assert.ok((await images.read(locator)).width > 0);
    }
  });
});
