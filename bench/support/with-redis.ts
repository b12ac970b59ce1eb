import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisServer } from '../../test/support/redis-server.js';

/** Does something with a Redis server and a folder, which are gone then. */
export async function withRedis(task: (redis: RedisServer, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-queue-'));
  await mkdir(join(folder, 'redis'));
  const redis = await RedisServer.start(join(folder, 'redis'));
  try {
    await task(redis, folder);
  } finally {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
