import type { RunEvent, RunListener } from '../../dataset/scheduler/events.js';

/** Listens to what a worker does and counts it, and passes it on. */
export class WorkerCounts {
  readonly #next: RunListener;
  readonly #listeners: RunListener[] = [];
  #done = 0;
  #failed = 0;

  constructor(next: RunListener) {
    this.#next = next;
  }

  /** Images done. */
  get done(): number {
    return this.#done;
  }

  /** Times that an image failed; one that is tried again may go well then. */
  get failed(): number {
    return this.#failed;
  }

  /** Lets another one listen too. */
  addListener(listener: RunListener): void {
    this.#listeners.push(listener);
  }

  readonly hear = (event: RunEvent): void => {
    if (event.event === 'image_done') this.#done++;
    if (event.event === 'image_failed') this.#failed++;
    for (const listener of this.#listeners) listener(event);
    this.#next(event);
  };
}
