/** A million images planned and put in a queue: time, memory of the command and of Redis; and how many jobs that do nothing go through. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { Queue, Worker } from 'bullmq';
import { BatchRecords } from '../src/dataset/run-folder/batch-records.js';
import { Journal } from '../src/dataset/run-folder/journal.js';
import type { JournalLine } from '../src/dataset/run-folder/journal-lines.js';
import { FolderStorage } from '../src/storage/folder-storage.js';
import type { RedisServer } from '../test/support/redis-server.js';
import { cliPath } from '../test/support/run-cli.js';
import { COARSE } from '../test/support/small-images.js';
import { SMALL_MODEL } from '../test/support/small-model.js';
import { say, timed } from './support/timed-command.js';
import { withRedis } from './support/with-redis.js';

const MANY = 1_000_000;
const EMPTY_JOBS = 20_000;
const peakMemory = fileURLToPath(new URL('./support/peak-memory.js', import.meta.url));

function* paths(count: number): Generator<string> {
  for (let i = 1; i <= count; i++) {
    yield `/data/photographs/${String(i % 1000).padStart(3, '0')}/photograph-${String(i).padStart(7, '0')}.jpg\n`;
  }
}

async function usedMemory(redis: RedisServer): Promise<number> {
  const client = redis.client();
  const [, bytes] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? [];
  client.disconnect();
  return Number(bytes);
}

/** Plans images and puts them in the queue; images of a list are not looked at before their turn. */
async function enqueueMany(folder: string, redis: RedisServer, count: number, batch: number): Promise<void> {
  const list = join(folder, `list${count}.txt`);
  await pipeline(Readable.from(paths(count)), createWriteStream(list));
  const before = await usedMemory(redis);
  const args = [
    'everything',
    '--input-list',
    list,
    '--out',
    join(folder, `many${count}-${batch}`),
    ...SMALL_MODEL,
    ...COARSE,
  ];
  const { seconds, said } = await timed(
    [cliPath, ...args, '--queue', redis.url, '--enqueue', '--batch', String(batch)],
    peakMemory,
  );
  const megabytes = said.trim().split('\n').at(-1);
  const jobs = Math.ceil(count / batch);
  const bytes = (await usedMemory(redis)) - before;
  say(
    `${count} images in ${jobs} jobs: ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} images and ${Math.round(jobs / seconds)} jobs a second; peak ${megabytes} MB; Redis ${(bytes / 1e6).toFixed(0)} MB, ${Math.round(bytes / jobs)} bytes a job`,
  );
  const client = redis.client();
  await client.flushall();
  client.disconnect();
}

/** Jobs that do nothing, by one worker: what the queue itself can hand out. */
async function emptyJobs(redis: RedisServer, concurrency: number): Promise<void> {
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue('empty', { connection, prefix: 'sam-cli' });
  for (let first = 0; first < EMPTY_JOBS; first += 500) {
    await queue.addBulk(
      Array.from({ length: 500 }, (_, i) => ({
        name: 'batch',
        data: { images: [] },
        opts: { jobId: `job-${first + i}`, attempts: 3, removeOnComplete: true },
      })),
    );
  }
  const startedAt = performance.now();
  const worker = new Worker('empty', async () => undefined, { connection, prefix: 'sam-cli', concurrency });
  await new Promise<void>((resolve) => worker.on('drained', resolve));
  const seconds = (performance.now() - startedAt) / 1000;
  say(`${EMPTY_JOBS} jobs that do nothing, ${concurrency} at a time: ${Math.round(EMPTY_JOBS / seconds)} a second`);
  await worker.close();
  await queue.close();
}

/** What workers noted of a million images becomes the journal, when the last batch is done. */
async function joinMany(folder: string): Promise<void> {
  const storage = new FolderStorage(join(folder, 'joined'), '_run/tmp', false);
  const records = new BatchRecords(storage, new Date().toISOString());
  const image = (id: number) => `/data/photographs/photograph-${String(id).padStart(7, '0')}`;
  for (let first = 1; first <= MANY; first += 16 * 64) {
    const starts = Array.from({ length: 64 }, (_, i) => first + 16 * i).filter((id) => id <= MANY);
    const written = starts.map((start) => {
      const lines = Array.from({ length: 16 }, (_, i): JournalLine => {
        const id = start + i;
        return {
          image_id: id,
          state: 'done',
          image: `${image(id)}.jpg`,
          output: `${image(id)}.json`,
          masks: 40,
          at: 1_800_000_000_000,
        };
      });
      return records.write(String(start).padStart(12, '0'), lines);
    });
    await Promise.all(written);
  }
  const journal = await Journal.open(storage);
  const startedAt = performance.now();
  await records.joinTo(journal);
  await journal.close();
  say(
    `the notes of ${journal.done} images joined to a journal: ${((performance.now() - startedAt) / 1000).toFixed(1)} s, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  );
}

export async function run(): Promise<void> {
  await withRedis(async (redis, folder) => {
    for (const count of [MANY / 100, MANY / 10, MANY]) await enqueueMany(folder, redis, count, 16);
    await enqueueMany(folder, redis, MANY, 1);
    await joinMany(folder);
    for (const concurrency of [1, 2, 16]) await emptyJobs(redis, concurrency);
  });
}
