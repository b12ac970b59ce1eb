/** Two workers of a queue, one worker thread each, against one run with two worker threads: the default model on photographs. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisServer } from '../test/support/redis-server.js';
import { writeImages } from './support/photographs.js';
import { say, timed } from './support/timed-command.js';
import { withRedis } from './support/with-redis.js';

const PHOTOGRAPHS = 16;
const ROUNDS = 2;
const ALONE = ['--workers', '1', '--threads', '1'];

async function twoWorkers(folder: string, redis: RedisServer): Promise<void> {
  const photographs = join(folder, 'photographs');
  await mkdir(photographs);
  await writeImages(PHOTOGRAPHS, photographs);
  for (let round = 1; round <= ROUNDS; round++) {
    const run = (out: string) => [
      'everything',
      photographs,
      '--out',
      join(folder, `${out}${round}`),
      '--preset',
      'fast',
      '--quiet',
    ];
    const local = await timed([...run('local'), '--workers', '2', '--threads', '1']);
    const enqueue = await timed([...run('queued'), '--queue', redis.url, '--enqueue']);
    const worker = ['worker', '--queue', redis.url, '--until-done', '--quiet', ...ALONE];
    const both = await Promise.all([timed(worker), timed(worker)]);
    const seconds = Math.max(...both.map((each) => each.seconds));
    const sums = `${(seconds / local.seconds).toFixed(3)} times, with the command that fills the queue ${((seconds + enqueue.seconds) / local.seconds).toFixed(3)} times`;
    say(
      `${PHOTOGRAPHS} photographs: one run ${local.seconds.toFixed(1)} s, enqueue ${enqueue.seconds.toFixed(1)} s, two workers ${seconds.toFixed(1)} s: ${sums}`,
    );
    const records = await Promise.all(['local', 'queued'].map((out) => readdir(join(folder, `${out}${round}`))));
    if (records.some((names) => names.filter((name) => name.endsWith('.json')).length !== PHOTOGRAPHS))
      throw new Error('records are missing');
  }
}

export async function run(): Promise<void> {
  await withRedis((redis, folder) => twoWorkers(folder, redis));
}
