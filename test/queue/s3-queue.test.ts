import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { recordTree } from '../support/file-tree.js';
import { NO_REDIS, RedisServer } from '../support/redis-server.js';
import { runCli, runMain } from '../support/run-cli.js';
import { PHOTOS, recordsAt, s3Place } from '../support/s3-place.js';
import { COARSE } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';

describe('a queue over object storage', { skip: NO_REDIS }, () => {
  it('makes in a bucket what a local run makes in a folder, with two workers', async (context) => {
    const names = Array.from({ length: 12 }, (_, i) => `sub${i % 2}/${i} a+b.png`);
    const place = await s3Place(context, names);
    await place.server.put({ 'photos/bad.png': Buffer.from('no image') });
    await writeFile(join(place.photos, 'bad.png'), 'no image');
    await mkdir(join(place.folder, 'redis'));
    const redis = await RedisServer.start(join(place.folder, 'redis'));
    context.after(() => redis.stop());
    const flags = [...SMALL_MODEL, ...COARSE];
    const coco = ['--out-format', 'coco'];
    const enqueue = () =>
      runMain(
        'everything',
        PHOTOS,
        '--out',
        's3://bucket/masks',
        ...flags,
        ...coco,
        '--queue',
        redis.url,
        '--enqueue',
        '--batch',
        '3',
        '--json',
      );
    const first = await enqueue();
    assert.equal(first.exitCode, 0, first.stderr);
    assert.deepEqual(JSON.parse((await enqueue()).stdout).jobs_added, 0);
    const worker = ['worker', '--queue', redis.url, '--until-done', '--workers', '1', '--threads', '1'];
    const ended = await Promise.all([runCli(...worker), runCli(...worker)]);
    for (const { exitCode, stderr } of ended) assert.equal(exitCode, 0, stderr);
    await runMain('everything', place.photos, '--out', join(place.folder, 'local'), ...flags, ...coco, '--quiet');
    const local = await recordTree(join(place.folder, 'local'));
    const queued = await recordsAt(place, 'masks');
    assert.deepEqual(queued, local);
    const [run] = JSON.parse((await runMain('status', redis.url, '--json')).stdout).runs;
    assert.deepEqual([run.state, run.done, run.failed, run.dead_letters], ['finished', 12, 1, 1]);
    const left = await place.server.keys('masks/_run/');
    assert.deepEqual(
      left.filter((key) => key.includes('/queue/')),
      [],
      left.join(),
    );
  });
});
