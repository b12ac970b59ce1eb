import { setTimeout as sleep } from 'node:timers/promises';
import { askToStop, isInside, newStopCell } from '../model/runtime/native-calls.js';

/** Milliseconds between two looks at a worker that was asked to stop. */
const LOOK = 10;
/** Milliseconds that a worker has to end what it does by itself, beside the calls that it must not be ended in. */
const PATIENCE = 500;

/** Ends what a worker thread does with one request: by itself where it can, or by ending the thread, but never inside onnxruntime. */
export class WorkerStop {
  /** Travels with the request. */
  readonly cell = newStopCell();
  readonly #end = new AbortController();

  /** Aborted when the thread is to be ended. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /**
   * Asks for the end.
   *
   * @param ended - Settles when the worker is done with the request.
   */
  async stop(ended: Promise<unknown>): Promise<void> {
    askToStop(this.cell);
    const isOver = ended.then(
      () => true,
      () => true,
    );
    for (let waited = 0; waited < PATIENCE; waited = isInside(this.cell) ? 0 : waited + LOOK) {
      if (await Promise.race([isOver, sleep(LOOK, false)])) return;
    }
    this.#end.abort();
    await isOver;
  }
}
