import { SamError } from '../errors.js';
import type { FoundLock } from './lock-file.js';
import type { LockTiming } from './watch-lock.js';

/** Someone else works there. */
export function inUse(place: string, { holder }: FoundLock): SamError {
  return new SamError(
    'run-in-use',
    `Expected ${place} for one process but process ${holder?.pid} on ${holder?.host} works there`,
    'Give each process an output folder of its own (and --shard), or wait until that one ends.',
  );
}

/** Why it takes a while, as a sentence for the user. */
export function waitingInWords(place: string, { holder, beatAt }: FoundLock, { silence }: LockTiming): string {
  const seconds = (milliseconds: number) => Math.max(0, Math.round(milliseconds / 1000));
  return (
    `Waiting for ${place}: process ${holder?.pid} on ${holder?.host} may work there, which cannot be seen from here. Its last sign ` +
    `of life was ${seconds(Date.now() - beatAt)} s ago; when it is silent for ${seconds(silence)} s, the folder is taken over.`
  );
}
