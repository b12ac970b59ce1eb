import type { RunTask } from '../../dataset/scheduler/run-tasks.js';

/** Images for a run's loop, handed over as they come. */
export class TaskFeed implements AsyncIterable<RunTask> {
  readonly #tasks: RunTask[] = [];
  #wake = () => {};

  push(tasks: readonly RunTask[]): void {
    this.#tasks.push(...tasks);
    this.#wake();
  }

  /** Has no end: whoever iterates stops by himself. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunTask> {
    for (;;) {
      const task = this.#tasks.shift();
      if (task) yield task;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
