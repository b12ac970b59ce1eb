import type { Executor, ExecutorInfo } from '../../execute/executor.js';
import type { Closables } from './closables.js';
import type { DatasetRun } from './dataset-run.js';

/** The executor of a run. It is made as soon as it is known how many images there are, and may then load its model while the rest is planned. */
export class RunExecutor {
  readonly #run: DatasetRun;
  readonly #open: Closables;
  #made: Executor | undefined;
  #ready: Promise<ExecutorInfo> | undefined;

  /** @param open - Takes notice of an executor that is made for the run. */
  constructor(run: DatasetRun, open: Closables) {
    this.#run = run;
    this.#open = open;
  }

  /** The executor, made for so many images unless it was made before. */
  madeFor(images: number): Executor {
    this.#made ??= this.#make(images);
    return this.#made;
  }

  /** Lets the executor load its model, and waits until it has. */
  ready(images: number): Promise<ExecutorInfo> {
    this.#ready ??= this.madeFor(images).ready();
    // an error is told to whoever waits, and that may be nobody
    this.#ready.catch(() => undefined);
    return this.#ready;
  }

  #make(images: number): Executor {
    const { job, executor, onEvent } = this.#run;
    if (typeof executor !== 'function') return executor;
    return this.#open.add(executor(job, images, (message) => onEvent?.({ event: 'notice', message })));
  }
}
