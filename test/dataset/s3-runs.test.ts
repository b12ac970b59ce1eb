import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { pack } from 'tar-stream';
import { mergeRuns } from '../../src/dataset/merge/merge-runs.js';
import { runStatusOf } from '../../src/dataset/run-reader/run-status.js';
import { openInputs } from '../../src/dataset/sources/input-images.js';
import { LocatedImages } from '../../src/dataset/sources/located-images.js';
import { runFake } from '../support/fake-run.js';
import { recordTree } from '../support/file-tree.js';
import { PHOTOS, recordsAt, s3Place } from '../support/s3-place.js';
import { smallImage } from '../support/small-images.js';

const NAMES = Array.from({ length: 4 }, (_, i) => `${i}.png`);

describe('runs in a bucket', () => {
  for (const format of ['json', 'ndjson.gz'] as const) {
    it(`are split into shards, and merged to what a local run makes (${format})`, async (context) => {
      const place = await s3Place(context, NAMES);
      const output = { format, recordsPerFile: 3 };
      const shards = [0, 1].map((i) => `s3://bucket/shards/${i}`);
      for (const [index, out] of shards.entries()) await runFake([PHOTOS], out, { output, shard: { index, count: 2 } });
      const merge = { folders: shards, out: 's3://bucket/whole/', command: [] };
      const { images, gaps } = await mergeRuns(merge);
      assert.deepEqual([images, gaps], [4, 0]);
      const local = join(place.folder, 'masks');
      await runFake([place.photos], local, { output });
      assert.deepEqual(await recordsAt(place, 'whole'), await recordTree(local));
      const manifest = JSON.parse((await place.server.get('whole/_run/manifest')).toString());
      assert.deepEqual(manifest.merged_from, shards);
      const { done, remaining, running } = await runStatusOf('s3://bucket/whole');
      assert.deepEqual([done, remaining, running], [4, 0, false]);
      await assert.rejects(mergeRuns(merge), { code: 'bad-usage', message: /holds a run/ });
      await assert.rejects(mergeRuns({ ...merge, out: 's3://bucket/shards/1/' }), /is one of the shards/);
    });
  }

  it('leave files of others alone, and are started again without them', async (context) => {
    const place = await s3Place(context, NAMES);
    const { server } = place;
    await server.put({ 'masks/mine.txt': 'mine', 'masks/3.json': 'mine' });
    await assert.rejects(runFake([PHOTOS], 's3://bucket/masks'), {
      code: 'bad-run-folder',
      message: 'Expected no s3://bucket/masks/3.json that this run did not write but found one',
    });
    await runFake([`${PHOTOS}/0.png`, `${PHOTOS}/1.png`], 's3://bucket/masks');
    await runFake([`${PHOTOS}/2.png`], 's3://bucket/masks', { resume: { overwrite: true } });
    assert.deepEqual(await server.keys('masks/'), [
      'masks/2.json',
      'masks/3.json',
      'masks/_run/journal.ndjson',
      'masks/_run/manifest',
      'masks/_run/summary',
      'masks/mine.txt',
    ]);
  });

  it('are no images of themselves where they lie below their input', async (context) => {
    const { server } = await s3Place(context, ['0.png', 'sub/1.png']);
    const run = () => runFake([PHOTOS], `${PHOTOS}/masks`, { overlayFolder: `${PHOTOS}/over`, overlayFormat: 'png' });
    assert.equal((await run()).summary.images, 2);
    assert.equal((await run()).summary.done_before, 2);
    const own = await runFake([PHOTOS], PHOTOS, { output: { format: 'tar' } });
    // overlays are images of another run
    assert.equal(own.summary.images, 4);
    assert.equal((await runFake([PHOTOS], PHOTOS, { output: { format: 'tar' } })).summary.images, 0);
    assert.ok((await server.keys('photos/')).includes('photos/masks-00000.tar'));
    await assert.rejects(runFake([PHOTOS], 's3://bucket/out', { overlayFolder: `${PHOTOS}/` }), {
      code: 'bad-usage',
      message: /is an input/,
    });
  });

  it('note images that are gone, refused or empty with their codes, and read archives', async (context) => {
    const { server, folder } = await s3Place(context, ['a.png', 'denied.png', 'silent.png']);
    const archive = pack();
    archive.entry({ name: 'inside.png' }, await smallImage(9));
    archive.finalize();
    await server.put({ 'photos/b.tar': await buffer(archive), 'photos/empty.png': '', 'photos/notes.txt': 'no image' });
    server.faultOf = ({ path }) => {
      const kind = /(denied|silent)\.png$/.exec(path)?.[1];
      return kind === undefined ? undefined : { kind: kind as 'denied' | 'silent' };
    };
    const list = join(folder, 'list.txt');
    await writeFile(list, `${PHOTOS}\ns3://bucket/gone.png\ns3://bucket/photos/a.png\n`);
    const { summary } = await runFake([], 's3://bucket/masks', {
      selection: { inputs: [], inputList: list },
      limits: { timeoutSeconds: 1 },
    });
    assert.deepEqual([summary.images, summary.failures], [2, 4]);
    assert.deepEqual(await server.keys('masks/bucket/'), [
      'masks/bucket/photos/a.json',
      'masks/bucket/photos/b/inside.json',
    ]);
    const images = new LocatedImages();
    assert.ok((await images.read(`${PHOTOS}/b.tar!inside.png`)).width > 0);
    await images.close();
    const lines = (await server.get('masks/failures.ndjson')).toString().trim().split('\n');
    assert.deepEqual(lines.map((line) => [JSON.parse(line).image, JSON.parse(line).code]).sort(), [
      ['s3://bucket/gone.png', 'not-found'],
      [`${PHOTOS}/denied.png`, 'unreadable-file'],
      [`${PHOTOS}/empty.png`, 'empty-file'],
      [`${PHOTOS}/silent.png`, 'timeout'],
    ]);
  });

  it('list a bucket page by page, as filters ask for it', async (context) => {
    const names = ['.h/0.png', '.hidden.png', 'a/b/1 +%2B&é.png', 'a/c/2.png', 'a/c/3.webp', 'd.png', 'no.txt'];
    const { server, photos } = await s3Place(context, names);
    await server.put({ 'photos/folder/': '' });
    server.pageSize = 2;
    let lists = 0;
    const cut = { kind: 'cut', after: 300 } as const;
    server.faultOf = ({ query }) => (query.has('list-type') && ++lists % 3 === 1 ? cut : undefined);
    for (const selection of [
      {},
      { hidden: true },
      { include: ['*.webp', 'd.png'] },
      { exclude: ['a/c'] },
      { exclude: ['b', '*.webp'] },
    ]) {
      const namesOf = async (input: string) => {
        const names: string[] = [];
        for await (const batch of openInputs({ inputs: [input], ...selection }).images())
          names.push(...batch.map(({ name }) => name));
        return names;
      };
      const local = await namesOf(photos);
      assert.ok(local.length > 0);
      assert.deepEqual((await namesOf(PHOTOS)).sort(), local.sort(), JSON.stringify(selection));
    }
  });
});
