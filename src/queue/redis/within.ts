import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a promise, but not longer than so many milliseconds: what asks a server that is away may never end. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: ended.signal }).catch(() => undefined);
  await Promise.race([promise, late]).finally(() => ended.abort());
}
