/** A bucket of a million keys: how long it takes to list them, what that costs in memory, and how soon a run begins. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3Objects } from '../src/storage/s3/s3-objects.js';
import { SMALL_MODEL } from '../test/support/small-model.js';
import { firstStart } from './support/first-start.js';

const KEYS = 1_000_000;
const SERVER = fileURLToPath(new URL('./support/s3-key-server.js', import.meta.url));
const MEGABYTE = 1024 * 1024;

async function withBucket<T>(keys: number, action: () => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [SERVER, String(keys)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [port] = await once(server.stdout, 'data');
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${String(port).trim()}`,
      AWS_ACCESS_KEY_ID: 'KEY',
      AWS_SECRET_ACCESS_KEY: 'SECRET',
    });
    return await action();
  } finally {
    server.kill();
  }
}

/** Lists all keys and says now and then how much memory there is. */
async function listAll(): Promise<void> {
  const startedAt = performance.now();
  let count = 0;
  for await (const page of new S3Objects('bucket').list('photos/')) {
    count += page.length;
    if (count % (KEYS / 5) !== 0) continue;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(
      `  ${count} keys listed: ${seconds} s, ${Math.round(process.memoryUsage.rss() / MEGABYTE)} MB resident\n`,
    );
  }
}

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-s3-'));
  try {
    await withBucket(KEYS, listAll);
    for (const keys of [1000, KEYS / 10, KEYS]) {
      const out = join(folder, String(keys));
      const start = await withBucket(keys, () => firstStart(['s3://bucket/photos/', '--out', out, ...SMALL_MODEL]));
      process.stdout.write(
        `  ${keys} keys: first image begun after ${start.seconds.toFixed(1)} s, ${start.megabytes.toFixed(0)} MB at most\n`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
