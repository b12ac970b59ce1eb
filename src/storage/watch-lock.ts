import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundLock } from './lock-file.js';

/** How fast locks live. */
export interface LockTiming {
  /** Milliseconds between two signs of life. */
  readonly beat: number;
  /** Milliseconds without one after which a process that cannot be looked at is dead. */
  readonly silence: number;
}

/** Looks in the time of one beat. */
const LOOKS_PER_BEAT = 5;
/** The first move may be an old one that was seen late; the second is not. */
const MOVES_OF_THE_LIVING = 2;
/** Beats that are watched even if by the clock the last one was long ago: clocks of two machines may differ. */
export const BEATS_AT_LEAST = 3;

/**
 * Watches the lock of a process that cannot be looked at.
 *
 * @param look - Looks at it again; undefined when it is gone.
 * @returns `alive` when it gives signs of life, `silent` when it gave none for long enough, `changed` when the lock is gone or
 *   another one's.
 * @throws the signal's reason once that is aborted.
 */
export async function watchLock(
  lock: FoundLock,
  look: () => Promise<FoundLock | undefined>,
  { beat, silence }: LockTiming,
  signal: AbortSignal | undefined,
): Promise<'alive' | 'silent' | 'changed'> {
  let { beatAt, sign } = lock;
  let moves = 0;
  let stillSince = performance.now();
  for (;;) {
    await sleep(beat / LOOKS_PER_BEAT, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    const now = await look();
    if (!now || now.token !== lock.token) return 'changed';
    if (now.sign !== sign) {
      if (++moves === MOVES_OF_THE_LIVING) return 'alive';
      ({ beatAt, sign } = now);
      stillSince = performance.now();
      continue;
    }
    const still = performance.now() - stillSince;
    const isLong = still >= silence || Date.now() - beatAt >= silence;
    if (still >= BEATS_AT_LEAST * beat && isLong) return 'silent';
  }
}
