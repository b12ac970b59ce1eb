/*
 * One of several processes that want the same locks at the same moments. Usage: node lock-racer.js FOLDER ROUNDS START INTERVAL,
 * times in milliseconds since 1970. Says a line a round: `held`, `refused`, or `not alone` when another one held the lock too.
 */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SamError } from '../../src/errors.js';
import { FileLock } from '../../src/storage/lock.js';

async function round(lockPath: string): Promise<string> {
  try {
    const lock = await FileLock.take(lockPath);
    const inside = `${lockPath}-inside`;
    const file = await open(inside, 'wx').catch(() => undefined);
    await sleep(10);
    await file?.close();
    if (file) await rm(inside);
    await lock.release();
    return file ? 'held' : 'not alone';
  } catch (error) {
    if (error instanceof SamError && error.code === 'run-in-use') return 'refused';
    throw error;
  }
}

const [folder, rounds, start, interval] = process.argv.slice(2);
for (let number = 0; number < Number(rounds); number++) {
  await sleep(Number(start) + number * Number(interval) - Date.now());
  process.stdout.write(`${await round(join(folder, `lock-${number}`))}\n`);
}
