/**
 * Calls into onnxruntime, in a thread that may be ended from outside.
 *
 * A worker thread that is ended in the middle of such a call takes the whole process with it: what onnxruntime returns meets a thread whose
 * JavaScript is gone, and the process aborts (onnxruntime-node 1.30, while loading as well as while running). So whoever wants to end a thread
 * says so in a cell that both share, and waits until no call is in progress; the thread begins none from then on.
 *
 * @module
 */

import { SamError } from '../../errors.js';

const STOP = 0;
const INSIDE = 1;

/** Shared by a thread and whoever may end it. */
export type StopCell = Int32Array;

export function newStopCell(): StopCell {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** Asks a thread to begin no call any more. */
export function askToStop(cell: StopCell): void {
  Atomics.store(cell, STOP, 1);
}

/** Whether a thread is in a call: where it is not, and was asked to stop, it can be ended. */
export function isInside(cell: StopCell): boolean {
  return Atomics.load(cell, INSIDE) > 0;
}

let own: StopCell | undefined;

/** Says by which cell this thread is asked to stop from now on. */
export function listenTo(cell: StopCell): void {
  own = cell;
}

/**
 * A call into onnxruntime.
 *
 * @throws SamError `worker-lost` when this thread was asked to stop; otherwise what the call throws.
 */
export async function nativeCall<T>(call: () => Promise<T>): Promise<T> {
  const cell = own;
  if (!cell) return call();
  // first inside, then a look: whoever asks does it the other way round, so that one of both sees the other
  Atomics.add(cell, INSIDE, 1);
  try {
    if (Atomics.load(cell, STOP) === 1) {
      throw new SamError('worker-lost', 'Expected to go on with an image but it is no longer wanted');
    }
    return await call();
  } finally {
    Atomics.sub(cell, INSIDE, 1);
  }
}
