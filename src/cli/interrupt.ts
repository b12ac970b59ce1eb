import { isInterruption } from '../dataset/plan/until-aborted.js';
import { EXIT } from './exit-codes.js';

/**
 * Runs a task that has nothing to finish: the first Ctrl-C ends it, and what it has made is thrown away.
 *
 * @param beforeTheEnd - Called before a second one ends the process.
 * @returns its exit code, or that of an interruption.
 */
export async function endedByInterrupt(
  task: (signal: AbortSignal) => Promise<number>,
  beforeTheEnd = () => {},
): Promise<number> {
  const untilInterrupted = async (signal: AbortSignal) => {
    try {
      return await task(signal);
    } catch (error) {
      if (isInterruption(error, signal)) return EXIT.interrupted;
      throw error;
    }
  };
  return interruptible(untilInterrupted, beforeTheEnd);
}

/**
 * Runs a task that a user may stop: the first Ctrl-C (or SIGTERM) aborts the signal, so that what is in flight is finished; the
 * second ends the process at once, as if nothing had caught it. Files are renamed into place when whole, so none is left half-written.
 *
 * @param beforeTheEnd - Called before the second one ends the process.
 */
export async function interruptible<T>(
  task: (signal: AbortSignal) => Promise<T>,
  beforeTheEnd: () => void,
): Promise<T> {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const stop = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      controller.abort();
      return;
    }
    beforeTheEnd();
    // process.exit would wait for the worker threads, and those sit in native code for a second or more
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, name);
  };
  for (const name of signals) process.on(name, stop);
  try {
    return await task(controller.signal);
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
