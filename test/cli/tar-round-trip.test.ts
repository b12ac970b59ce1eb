import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { areaOfMaskRuns } from '../../src/mask/runs/mask-extent.js';
import { runFake } from '../support/fake-run.js';
import { runMain } from '../support/run-cli.js';
import { COARSE, smallImage } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function membersOf(path: string): Promise<Map<string, Buffer>> {
  const members = new Map<string, Buffer>();
  const archive = extract();
  archive.on('entry', async (header, stream, next) => {
    members.set(header.name, await buffer(stream));
    next();
  });
  await new Promise<void>((resolve, reject) => {
    archive.on('finish', () => resolve()).on('error', reject);
    createReadStream(path).pipe(archive);
  });
  return members;
}

describe('tar in, tar out', () => {
  it('makes shards as SA-1B has them, which a tar library reads and a further run takes as its source', async (context) => {
    const root = await temporaryFolder(context);
    const images = new Map<string, Buffer>();
    for (let i = 1; i <= 4; i++) images.set(`sa_${i}.jpg`, await smallImage(i, 'jpeg'));
    images.set('photo.v2.png', await smallImage(9));
    const archive = pack();
    for (const [name, bytes] of images) {
      archive.entry({ name: `./${name}` }, bytes);
      archive.entry({ name: `./${name.replace(/\.\w+$/, '.cls')}` }, '7');
    }
    archive.finalize();
    await writeFile(join(root, 'in.tar.gz'), gzipSync(await buffer(archive)));

    const out = join(root, 'out');
    const flags = ['--out-format', 'tar', '--records-per-file', '2'];
    const run = await runMain('everything', join(root, 'in.tar.gz'), '--out', out, ...flags, ...COARSE, ...SMALL_MODEL);
    assert.equal(run.exitCode, 0, run.stderr);
    const shards = (await readdir(out)).filter((name) => name.endsWith('.tar')).sort();
    assert.deepEqual(shards, ['masks-00000.tar', 'masks-00001.tar', 'masks-00002.tar']);
    const names: string[] = [];
    let id = 0;
    for (const shard of shards) {
      const members = await membersOf(join(out, shard));
      names.push(...members.keys());
      for (const [name, bytes] of members) {
        if (name.endsWith('.json')) continue;
        const { image, annotations } = JSON.parse(members.get(name.replace(/\.\w+$/, '.json'))?.toString() ?? '');
        const original = image.file_name.slice('in/'.length);
        assert.ok(images.get(original)?.equals(bytes), name);
        assert.equal(image.image_id, ++id);
        assert.ok(annotations.length > 0);
        for (const { area, segmentation } of annotations) {
          assert.deepEqual(segmentation.size, [image.height, image.width]);
          assert.equal(areaOfMaskRuns(maskRunsFromCocoRle(segmentation)), area);
        }
      }
    }
    // a WebDataset key ends at the first dot: names have no other
    const pairs = ['sa_1', 'sa_2', 'sa_3', 'sa_4'].flatMap((key) => [`in/${key}.jpg`, `in/${key}.json`]);
    assert.deepEqual(names, [...pairs, 'in/photo_v2.png', 'in/photo_v2.json']);

    const further = await runFake([join(out, '*.tar')], join(root, 'further'));
    assert.deepEqual([further.summary.images, further.summary.failures], [5, 0]);
    const copy = JSON.parse(await readFile(join(root, 'further', 'masks-00001', 'in', 'sa_3.json'), 'utf8'));
    assert.equal(copy.image.file_name, 'masks-00001/in/sa_3.jpg');
  });
});
