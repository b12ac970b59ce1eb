import type { DoneLine, FailedLine, JournalLine } from '../../dataset/run-folder/journal-lines.js';
import type { RunTask } from '../../dataset/scheduler/run-tasks.js';
import { TaskFeed } from './task-feed.js';

/** What became of the images of a batch. */
export interface BatchOutcome {
  readonly lines: readonly JournalLine[];
  /** Whether each image has a line; otherwise the worker stopped before. */
  readonly isWhole: boolean;
}

/** A batch that is worked on. */
interface OpenBatch {
  readonly lines: JournalLine[];
  /** Ids of the images that have no line yet. */
  readonly left: Set<number>;
  readonly end: (isWhole: boolean) => void;
}

/** The batches that a worker has: it hands their images to the loop of the run and notes what became of each, in place of a journal. */
export class BatchesInWork {
  /** What the loop goes through. */
  readonly tasks = new TaskFeed();
  readonly #open = new Set<OpenBatch>();
  #isOver = false;
  #hasDone = false;

  /** Batches that have no end yet. */
  get size(): number {
    return this.#open.size;
  }

  /** Whether any image was done. */
  get hasDone(): boolean {
    return this.#hasDone;
  }

  /** Has the images done. Two batches may have the same image: it is done once. */
  async do(tasks: readonly RunTask[]): Promise<BatchOutcome> {
    const lines: JournalLine[] = [];
    if (tasks.length === 0) return { lines, isWhole: true };
    if (this.#isOver) return { lines, isWhole: false };
    const isInWork = (id: number) => [...this.#open].some(({ left }) => left.has(id));
    const isWhole = await new Promise<boolean>((resolve) => {
      const fresh = tasks.filter(({ imageId }) => !isInWork(imageId));
      const batch = { lines, left: new Set(tasks.map(({ imageId }) => imageId)), end: resolve };
      this.#open.add(batch);
      this.tasks.push(fresh);
    });
    return { lines, isWhole };
  }

  async done(line: DoneLine): Promise<void> {
    this.#hasDone = true;
    this.#note(line);
  }

  async failed(line: FailedLine): Promise<void> {
    this.#note(line);
  }

  /** Ends all batches with what they have, and those that come later with nothing. */
  handBack(): void {
    this.#isOver = true;
    for (const batch of this.#open) this.#end(batch, false);
  }

  #note(line: JournalLine): void {
    for (const batch of this.#open) {
      if (!batch.left.delete(line.image_id)) continue;
      batch.lines.push(line);
      if (batch.left.size === 0) this.#end(batch, true);
    }
  }

  #end(batch: OpenBatch, isWhole: boolean): void {
    this.#open.delete(batch);
    batch.end(isWhole);
  }
}
