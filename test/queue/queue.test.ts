import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { RunEvent } from '../../src/dataset/scheduler/events.js';
import { runDataset } from '../../src/dataset/scheduler/run.js';
import type { ExecutorMaker } from '../../src/execute/executor.js';
import { inWorkerThreads } from '../../src/execute/thread-executor.js';
import { everythingJob, segmentJob } from '../../src/library/jobs.js';
import { wordsFor } from '../../src/library/words.js';
import { ownModelEntry } from '../../src/model/catalogue/own-model.js';
import { enqueueRun, type RunToEnqueue } from '../../src/queue/enqueue-run.js';
import { queueStatusOf } from '../../src/queue/queue-status.js';
import { FINISH, PREFIX, QueueConnection } from '../../src/queue/redis/queue-connection.js';
import { redisAddressOf } from '../../src/queue/redis/redis-address.js';
import { type WorkerOptions, workOnQueue } from '../../src/queue/worker/work-on-queue.js';
import { fileTree, recordTree } from '../support/file-tree.js';
import { NO_REDIS, RedisServer } from '../support/redis-server.js';
import { smallImageTextEntry } from '../support/small-image-text.js';
import { smallImage, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';
import { ToyExecutor, type ToyExecutorOptions } from '../support/toy-executor.js';

const IMAGES = 10;

describe('a queue', { skip: NO_REDIS }, () => {
  let folder: string;
  let redis: RedisServer;
  const toy =
    (options: ToyExecutorOptions = {}): ExecutorMaker =>
    () =>
      new ToyExecutor(options);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sam-cli-test-'));
    await mkdir(join(folder, 'redis'));
    redis = await RedisServer.start(join(folder, 'redis'));
    await writeSmallImages(join(folder, 'photos'), IMAGES);
    await writeFile(join(folder, 'photos', 'sub1', 'bad.png'), 'no image');
  });
  after(async () => {
    await redis.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    const client = redis.client();
    await client.flushall();
    client.disconnect();
    for (const name of await readdir(folder)) {
      if (name !== 'photos' && name !== 'redis') await rm(join(folder, name), { recursive: true });
    }
  });

  function runTo(out: string, more: Partial<RunToEnqueue> = {}): RunToEnqueue {
    return {
      job: everythingJob(),
      selection: { inputs: [join(folder, 'photos')] },
      output: { folder: join(folder, out), format: 'json', recordsPerFile: 1, copyImages: false },
      executor: toy(),
      ...more,
    };
  }
  const enqueue = (run: RunToEnqueue) => enqueueRun(run, redisAddressOf(redis.url));
  const work = (more: Partial<WorkerOptions> = {}) =>
    workOnQueue({
      address: redisAddressOf(redis.url),
      executor: toy(),
      graceSeconds: 5,
      stalledAfterSeconds: 5,
      untilDone: true,
      signal: new AbortController().signal,
      onEvent: () => {},
      ...more,
    });
  const status = async () => (await queueStatusOf(redisAddressOf(redis.url))).runs[0];

  it('ends in the folder that a local run makes, the COCO file too; put in it again, nothing changes', async () => {
    const output = { folder: join(folder, 'queued'), format: 'coco', recordsPerFile: 1, copyImages: false } as const;
    const run = runTo('queued', { output, batchSize: 4 });
    const first = await enqueue(run);
    assert.deepEqual([first.planned, first.jobs_added, first.jobs_there, first.batch_size], [11, 3, 0, 4]);
    const again = await enqueue(run);
    assert.deepEqual([again.jobs_added, again.jobs_there, again.run], [0, 3, first.run]);
    assert.equal((await status()).jobs.waiting, 3);

    const report = await work();
    assert.deepEqual(report, { done: IMAGES, failed: 1, refused: [], interrupted: false });
    const local = { ...output, folder: join(folder, 'local') };
    await runDataset({ ...runTo('local', { output: local }) });
    assert.deepEqual(await recordTree(join(folder, 'queued')), await recordTree(join(folder, 'local')));
    // what local runs note for the COCO file is made of the records here
    const ownFiles = async (out: string) =>
      [...(await fileTree(join(folder, out, '_run'))).keys()].filter((each) => each !== 'coco.ndjson');
    assert.deepEqual(await ownFiles('queued'), await ownFiles('local'));
    const { state, done, failed, masks, failures_by_code, first_dead_letters } = await status();
    assert.deepEqual([state, done, failed, masks], ['finished', IMAGES, 1, IMAGES]);
    assert.deepEqual(failures_by_code, { 'unreadable-image': 1 });
    assert.deepEqual(
      first_dead_letters.map(({ image, code }) => [image, code]),
      [[join(folder, 'photos', 'sub1', 'bad.png'), 'unreadable-image']],
    );

    const later = await enqueue(run);
    assert.deepEqual([later.settled_before, later.jobs_added, later.jobs_there], [11, 0, 0]);
    assert.equal((await status()).state, 'finished');
    // the same folder goes on as any other, whoever goes on
    const resumed = await runDataset(runTo('queued', { output }));
    assert.deepEqual([resumed.images, resumed.done_before, resumed.failed_before], [0, IMAGES, 1]);
  });

  it('keeps the batches that it has when it is put in the queue with another size', async () => {
    await enqueue(runTo('queued', { batchSize: 4 }));
    const again = await enqueue(runTo('queued', { batchSize: 2 }));
    assert.deepEqual([again.jobs_added, again.jobs_there, again.batch_size], [0, 3, 4]);
  });

  it('is waited for while it is put in the queue', async () => {
    const { run } = await enqueue(runTo('queued'));
    await work();
    const client = redis.client();
    const key = `sam-cli:about:${run}`;
    // a worker that comes before the first job, or when all that are there so far are done
    await client.hset(key, 'state', 'filling');
    let waits = 0;
    const report = await work({
      onEvent(event) {
        if (event.event !== 'notice' || !event.message.startsWith('Waiting for jobs')) return;
        waits++;
        void client.hset(key, 'state', 'open');
      },
    });
    client.disconnect();
    assert.deepEqual([report.done, report.interrupted, waits], [0, false, 1]);
    assert.equal((await status()).state, 'finished');
  });

  it('comes to its end when it is put in the queue again after the end was given up', async () => {
    const { run } = await enqueue(runTo('queued'));
    await work();
    const connection = await QueueConnection.open(redisAddressOf(redis.url));
    await connection.redis.hset(`sam-cli:about:${run}`, 'state', 'open');
    const queue = connection.batchesOf(run);
    const client = redis.client();
    const failing = new connection.packages.bullmq.Worker(
      queue.name,
      async () => {
        throw new Error('the disk is full');
      },
      { connection: client, prefix: PREFIX },
    );
    const failed = once(failing, 'failed');
    await queue.add(FINISH, {}, { jobId: FINISH, attempts: 1 });
    await failed;
    await failing.close();
    client.disconnect();
    await connection.close();
    const [refused] = (await work()).refused;
    assert.match(refused, /its end could not be made: the disk is full$/);
    await enqueue(runTo('queued'));
    assert.deepEqual((await work()).refused, []);
    assert.equal((await status()).state, 'finished');
  });

  it('tries images again that failed, and clears the dead-letter list', async () => {
    await enqueue(runTo('queued'));
    await work();
    const bad = join(folder, 'photos', 'sub1', 'bad.png');
    await writeFile(bad, await smallImage(99));
    const again = await enqueue(runTo('queued', { resume: { retryFailed: true } }));
    assert.deepEqual([again.jobs_added, (await status()).remaining], [1, 1]);
    await work();
    await writeFile(bad, 'no image');
    const { state, done, failed, dead_letters } = await status();
    assert.deepEqual([state, done, failed, dead_letters], ['finished', IMAGES + 1, 0, 0]);
    await assert.rejects(readFile(join(folder, 'queued', 'failures.ndjson')), { code: 'ENOENT' });
  });

  it('leaves a run to other workers where versions or the model differ, and says which', async () => {
    const { run, jobs_added } = await enqueue(runTo('queued'));
    const client = redis.client();
    const key = `sam-cli:about:${run}`;
    const about = JSON.parse((await client.hget(key, 'run')) ?? '');
    const { versions, identity } = about;
    const others = [
      { ...about, versions: { ...versions, sam_cli: '0.0.9' } },
      { ...about, versions: { ...versions, onnxruntime: '1.0.0' } },
      { ...about, identity: { ...identity, model: { ...identity.model, decoder_sha256: 'feed' } } },
      { ...about, output: { ...about.output, folder: join(folder, 'elsewhere') } },
    ];
    const expected = [
      /version of sam_cli was "0.0.9", is "/,
      /version of onnxruntime was "1.0.0"/,
      /model.decoder_sha256 was "feed", is "/,
      /elsewhere/,
    ];
    for (const [i, other] of others.entries()) {
      await client.hset(key, 'run', JSON.stringify(other));
      const events: RunEvent[] = [];
      const { done, refused } = await work({ onEvent: (event) => events.push(event) });
      assert.equal(done, 0);
      assert.match(refused.join(), expected[i]);
      assert.ok(events.some((event) => event.event === 'notice' && expected[i].test(event.message)));
      assert.equal((await status()).jobs.waiting, jobs_added);
    }
    // a model that runs otherwise than where the run was put in the queue is known when it is loaded
    await client.hset(key, 'run', JSON.stringify(about));
    const exported = await work({ executor: toy({ ready: async () => ({ decoderForm: 'as-exported' }) }) });
    assert.match(exported.refused.join(), /model.decoder_form was "compiled", is "as-exported"/);
    client.disconnect();
    assert.deepEqual(await work(), { done: IMAGES, failed: 1, refused: [], interrupted: false });
  });

  it('leaves a run to other workers where it can open none of the images', async () => {
    await writeSmallImages(join(folder, 'mounted'), 30);
    const selection = { inputs: [join(folder, 'mounted')] };
    await enqueue(runTo('queued', { selection }));
    await rename(join(folder, 'mounted'), join(folder, 'away'));
    const { done, refused } = await work();
    assert.equal(done, 0);
    assert.match(refused.join(), /this machine can open none of its images: .* could not open .*mounted/);
    const { failed, jobs } = await status();
    assert.equal(failed, 0);
    assert.equal(jobs.waiting + jobs.delayed, 30);
    await rename(join(folder, 'away'), join(folder, 'mounted'));
    assert.deepEqual(await work(), { done: 30, failed: 0, refused: [], interrupted: false });
  });

  it('finishes what is in work when a worker is stopped, and hands the rest of the batch to the next one', async () => {
    await enqueue(runTo('queued', { batchSize: 100 }));
    const stop = new AbortController();
    let answered = 0;
    const first = await work({
      signal: stop.signal,
      executor: toy({
        before: () => {
          if (++answered === 3) stop.abort();
        },
      }),
    });
    assert.equal(first.done, 3);
    const { jobs, state } = await status();
    assert.deepEqual([state, jobs.waiting, jobs.active], ['open', 1, 0]);
    const second = await work({ executor: toy({ before: () => void answered++ }) });
    // no image was done twice, nor forgotten
    assert.deepEqual([second.done, answered], [IMAGES - 3, IMAGES]);
    assert.equal((await status()).state, 'finished');
  });

  it('gives up what is in work when the time of grace is over, and counts it as no failure', async () => {
    await enqueue(runTo('queued'));
    const stop = new AbortController();
    const executor = new ToyExecutor({
      before: () => {
        stop.abort();
        return new Promise((_, reject) => {
          const look = setInterval(() => {
            if (!executor.isClosed) return;
            clearInterval(look);
            reject(new Error('closed'));
          }, 10);
        });
      },
    });
    const { done } = await work({ signal: stop.signal, graceSeconds: 0.1, executor: () => executor });
    assert.equal(done, 0);
    assert.deepEqual((await status()).failures_by_code, {});
    assert.deepEqual(await work(), { done: IMAGES, failed: 1, refused: [], interrupted: false });
  });

  it('passes over what a local run did, and what it did not do becomes part of that run', async () => {
    const stop = new AbortController();
    let answered = 0;
    const before = () => {
      if (++answered === 4) stop.abort();
    };
    const local = await runDataset({ ...runTo('both', { executor: toy({ before }) }), signal: stop.signal });
    const report = await enqueue(runTo('both'));
    assert.equal(report.settled_before, local.images + local.failures);
    assert.equal(report.jobs_added, 11 - report.settled_before);
    await work();
    const { state, done, failed } = await status();
    assert.deepEqual([state, done, failed], ['finished', IMAGES, 1]);
    const journal = await readFile(join(folder, 'both', '_run', 'journal.ndjson'), 'utf8');
    assert.equal(
      new Set(
        journal
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line).image_id),
      ).size,
      11,
    );
  });

  it('starts again with --overwrite', async () => {
    await enqueue(runTo('queued'));
    await work();
    const again = await enqueue(runTo('queued', { resume: { overwrite: true } }));
    assert.deepEqual([again.settled_before, again.jobs_added], [0, 11]);
    assert.equal((await status()).dead_letters, 0);
    await work();
    assert.equal((await status()).dead_letters, 1);
  });

  it('does images itself that a worker of a run before --overwrite is still at', async () => {
    await enqueue(runTo('queued', { batchSize: 100 }));
    let goOn = () => {};
    const isOverwritten = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let begin = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const stop = new AbortController();
    const before = () => {
      begin();
      return isOverwritten;
    };
    const old = work({ signal: stop.signal, executor: toy({ before }) });
    await hasBegun;
    await enqueue(runTo('queued', { batchSize: 100, resume: { overwrite: true } }));
    stop.abort();
    goOn();
    assert.equal((await old).done, 1);
    assert.equal((await work()).done, IMAGES);
    const { done, failed, state } = await status();
    assert.deepEqual([done, failed, state], [IMAGES, 1, 'finished']);
  });

  it('ends for its workers when another run took its place', async () => {
    const { run } = await enqueue(runTo('queued'));
    await runDataset({ ...runTo('queued'), resume: { overwrite: true } });
    const { done, refused } = await work();
    assert.equal(done, 0);
    assert.match(
      refused.join(),
      new RegExp(`Run ${run} is left to .*: Expected the run of .* but one of .* took its place`),
    );
  });

  it('removes with --overwrite what workers noted and no journal names yet', async () => {
    await enqueue(runTo('queued', { batchSize: 1 }));
    const stop = new AbortController();
    await work({
      concurrency: 1,
      signal: stop.signal,
      onEvent: ({ event }) => event === 'image_done' && stop.abort(),
    });
    const before = [...(await recordTree(join(folder, 'queued'))).keys()];
    assert.ok(before.length >= 1 && before.length < IMAGES, `${before}`);
    // the images in order: those of sub2 come last
    const selection = { inputs: [join(folder, 'photos', 'sub2')] };
    await enqueue(runTo('queued', { selection, resume: { overwrite: true } }));
    assert.deepEqual([...(await recordTree(join(folder, 'queued'))).keys()], []);
  });

  it('does the images of a batch again whose record is damaged, and says so', async () => {
    await enqueue(runTo('queued', { batchSize: 100 }));
    const stop = new AbortController();
    await work({ signal: stop.signal, executor: toy({ before: () => stop.abort() }) });
    const notes = join(folder, 'queued', '_run', 'queue');
    const [name] = [...(await fileTree(notes)).keys()].filter((each) => each.endsWith('.begun'));
    const path = join(notes, name);
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, -9));
    const notices: string[] = [];
    const { done } = await work({ onEvent: (event) => event.event === 'notice' && notices.push(event.message) });
    assert.equal(done, IMAGES);
    assert.equal(notices.filter((message) => message.includes(`${path} but it is damaged`)).length, 1);
    assert.equal((await status()).state, 'finished');
  });

  it('names masks by words, and refuses another model of them', async () => {
    const model = await ownModelEntry(SMALL_MODEL_FILES.encoder, SMALL_MODEL_FILES.decoder);
    const words = wordsFor({ labels: ['cup', 'table'], model: await smallImageTextEntry(folder, 'clip') });
    const settings = { pointsPerSide: 2, predIouThresh: 0, stabilityScoreThresh: 0 };
    const job = everythingJob({ preset: 'reference', model, words, ...settings });
    const executor = inWorkerThreads({ workers: 1, threads: 1 });
    const run = (out: string) => {
      const output = { folder: join(folder, out), format: 'coco', recordsPerFile: 1, copyImages: false } as const;
      return runTo(out, { job, executor, output });
    };
    const { run: id } = await enqueue(run('queued'));
    const client = redis.client();
    const key = `sam-cli:about:${id}`;
    const about = (await client.hget(key, 'run')) ?? '';
    await client.hset(key, 'run', about.replace(/"images_sha256":"\w+"/, '"images_sha256":"feed"'));
    assert.match((await work({ executor })).refused.join(), /settings.words.model.images_sha256 was "feed"/);
    await client.hset(key, 'run', about);
    client.disconnect();
    assert.equal((await work({ executor })).done, IMAGES);
    await runDataset(run('local'));
    const [queued, local] = await Promise.all(['queued', 'local'].map((out) => recordTree(join(folder, out))));
    assert.deepEqual(queued, local);
    const coco = JSON.parse(await readFile(join(folder, 'queued', '_annotations.coco.json'), 'utf8'));
    assert.deepEqual(
      coco.categories.slice(0, 2).map(({ name }: { name: string }) => name),
      ['cup', 'table'],
    );
  });

  it('serves health and metrics', async () => {
    await enqueue(runTo('queued'));
    const stop = new AbortController();
    const port = redis.port + 1;
    const working = work({ metricsPort: port, untilDone: false, signal: stop.signal });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    try {
      while ((await status())?.state !== 'finished') await setTimeout(100);
      assert.equal(await get('/healthz'), '200 ok\n');
      const metrics = await get('/metrics');
      assert.match(metrics, /^sam_cli_images_done_total 10$/m);
      assert.match(metrics, /^sam_cli_images_failed_total\{code="unreadable-image"\} 1$/m);
      assert.match(metrics, /^sam_cli_masks_total 10$/m);
      assert.match(metrics, /^sam_cli_queue_jobs\{run="[0-9a-f]{16}",state="wait"\} 0$/m);
      assert.match(metrics, /^sam_cli_image_seconds_count 10$/m);
      // a worker says what it did every few seconds, and when it waits
      const workers = async () => (await queueStatusOf(redisAddressOf(redis.url))).workers;
      while ((await workers())[0].done === 0) await setTimeout(100);
      assert.deepEqual(
        (await workers()).map(({ pid, done }) => [pid, done]),
        [[process.pid, 10]],
      );
    } finally {
      stop.abort();
      await working;
    }
  });

  it('refuses what cannot travel', async () => {
    const out = { folder: join(folder, 'queued'), recordsPerFile: 1, copyImages: false };
    const wrong: [Partial<RunToEnqueue>, RegExp][] = [
      [{ output: { ...out, format: 'ndjson' } }, /a file an image .* received --out-format ndjson/],
      [
        { job: segmentJob({ prompts: { kind: 'file', path: 'p.json', isRelative: false } }) },
        /the same for all images/,
      ],
      [{ overlayFolder: join(folder, 'overlays') }, /no --overlay/],
      [{ maxFailures: 3 }, /no --max-failures/],
    ];
    for (const [more, message] of wrong)
      await assert.rejects(enqueue(runTo('queued', more)), { code: 'bad-usage', message });
    assert.equal(await status(), undefined);
  });
});
