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
