import assert from 'node:assert/strict';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../../src/image/decode-image.js';
import { overlayOfMasks } from '../../src/image/overlay.js';
import { exportedRun, HOSTILE_NAMES, testMasks } from '../support/exported-run.js';
import { runFake } from '../support/fake-run.js';
import { fileTree } from '../support/file-tree.js';
import { runMain } from '../support/run-cli.js';

const STEMS = HOSTILE_NAMES.map((name) => name.replace(/\.png$/, '')).sort();

describe('sam-cli render', () => {
  it('draws what --overlay draws, in each format, whatever the names', async (context) => {
    const { run, root, photos } = await exportedRun(context);
    for (const format of ['jpg', 'png', 'webp']) {
      const out = join(root, format);
      const { exitCode, stdout, stderr } = await runMain('render', run, '-o', out, '--format', format);
      assert.deepEqual([exitCode, stdout, stderr], [0, `5 images -> ${out}\n`, '']);
      assert.deepEqual([...(await fileTree(out)).keys()].sort(), STEMS.map((stem) => `${stem}.${format}`).sort());
      const kind = (await sharp(await readFile(join(out, `${STEMS[0]}.${format}`))).metadata()).format;
      assert.equal(kind, format === 'jpg' ? 'jpeg' : format);
    }
    const drawn = await decodeImage(await readFile(join(root, 'png', `${STEMS[0]}.png`)));
    const image = await decodeImage(await readFile(join(photos, `${STEMS[0]}.png`)));
    assert.deepEqual(Buffer.from(drawn.data), Buffer.from(overlayOfMasks(image, testMasks()).data));
  });

  it('keeps the colours of masks when others are left out', async (context) => {
    const { run, root, photos } = await exportedRun(context);
    const out = join(root, 'out');
    await runMain('render', run, '-o', out, '--format', 'png', '--top', '1');
    const drawn = await decodeImage(await readFile(join(out, `${STEMS[0]}.png`)));
    const image = await decodeImage(await readFile(join(photos, `${STEMS[0]}.png`)));
    assert.deepEqual(Buffer.from(drawn.data), Buffer.from(overlayOfMasks(image, [testMasks()[4]], [4]).data));
  });

  it('finds images that were moved, in archives and in tar results, and says which are gone', async (context) => {
    const { run, root, photos } = await exportedRun(context);
    const moved = join(root, 'moved');
    await rename(photos, moved);
    assert.equal((await runMain('render', run, '-o', join(root, 'a'), '--images', moved)).exitCode, 0);
    const gone = await runMain('render', run, '-o', join(root, 'b'));
    assert.deepEqual([gone.exitCode, gone.stdout], [1, `0 images, 5 could not be drawn -> ${join(root, 'b')}\n`]);
    assert.equal(gone.stderr.match(/^failed: .*\(not-found\)$/gm)?.length, 5);

    const tar = await exportedRun(context, 'tar');
    await rm(tar.photos, { recursive: true });
    const copied = await runMain('render', tar.run, '-o', join(tar.root, 'c'));
    assert.match(copied.stdout, /^5 images ->/);
    const again = join(tar.root, 'again');
    await runFake([join(tar.run, 'masks-00000.tar')], again);
    // a name with a backslash is refused in an archive
    assert.match((await runMain('render', again, '-o', join(tar.root, 'd'))).stdout, /^4 images ->/);
  });

  it('draws no masks over an image that has another size now', async (context) => {
    const { run, root, photos } = await exportedRun(context);
    const other = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await writeFile(join(photos, HOSTILE_NAMES[0]), other);
    const { exitCode, stderr } = await runMain('render', run, '-o', join(root, 'out'));
    assert.equal(exitCode, 1);
    assert.match(stderr, /Expected an image of 37 x 23 but .* is 9 x 9 now \(mask-size-mismatch\)/);
  });
});
