import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RunFolder } from '../../../src/dataset/run-folder/run-folder.js';
import { runStatusOf } from '../../../src/dataset/run-reader/run-status.js';
import { FolderStorage } from '../../../src/storage/folder-storage.js';
import { RUN_IDENTITY } from '../../support/run-identity.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('runStatusOf', () => {
  it('tells how far a run is, while it works and after', async (context) => {
    const out = await temporaryFolder(context);
    const shard = { index: 1, count: 2 };
    const folder = await RunFolder.open(new FolderStorage(out), { ...RUN_IDENTITY, shard }, {}, ['everything']);
    // of 21 and 4 images the second of two shards has 10 and 2
    const inputs = [
      { first_image_id: 1, count: 21, sha256: 'a' },
      { first_image_id: 22, count: 4, sha256: 'b' },
    ];
    folder.adopt(inputs, []);
    await folder.begin();
    const early = await runStatusOf(out);
    const startedAt = Date.parse(early.started_at);
    assert.ok(Math.abs(Date.now() - startedAt) < 60_000);
    const whole = {
      running: true,
      process: { pid: process.pid, host: hostname() },
      job: 'fake',
      shard,
      planned: 12,
      done: 0,
      failed: 0,
      remaining: 12,
      masks: 0,
      failures_by_code: {},
      started_at: early.started_at,
      updated_at: null,
      images_per_minute: null,
      seconds_left: null,
      batches_noted: 0,
    };
    assert.deepEqual(early, whole);

    // one of an earlier start, then an image each half minute
    const ats = [-1_000_000, 30_000, 60_000, 90_000].map((milliseconds) => startedAt + milliseconds);
    const line = (i: number) => ({ image_id: i, image: `${i}.jpg`, at: ats[i] });
    for (const i of [0, 1]) await folder.done({ ...line(i), state: 'done', output: `${i}.json`, masks: 3 });
    await folder.failed({ ...line(2), state: 'failed', code: 'timeout', reason: '' });
    await folder.failed({ ...line(3), state: 'failed', code: 'not-found', reason: '' });
    const now = {
      done: 2,
      failed: 2,
      remaining: 8,
      masks: 6,
      failures_by_code: { timeout: 1, 'not-found': 1 },
      updated_at: new Date(ats[3]).toISOString(),
      images_per_minute: 2,
      seconds_left: 240,
    };
    assert.deepEqual(await runStatusOf(out), { ...whole, ...now });
    await folder.close();
    const { process: _, ...stopped } = whole;
    assert.deepEqual(await runStatusOf(out), { ...stopped, ...now, running: false, seconds_left: null });
  });

  it('says where there is no run', async (context) => {
    const folder = await temporaryFolder(context);
    for (const out of [folder, join(folder, 'none')]) {
      await assert.rejects(runStatusOf(out), {
        code: 'bad-usage',
        message: `Expected the output folder of a run but found no manifest in ${out}`,
      });
    }
    const storage = new FolderStorage(folder);
    await storage.write('file', '');
    await assert.rejects(runStatusOf(storage.locate('file')), {
      code: 'bad-usage',
      message: `Expected a folder for the output of a run but ${storage.locate('file')} is a file`,
    });
  });
});
