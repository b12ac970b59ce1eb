import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { errorOfData, SamError } from '../../errors.js';
import type { ThreadAnswer } from './answered.js';

/** Tasks for each thread that are prepared ahead, so that none waits for the disk. */
const AHEAD = 3;

/** Options of {@link inThreads}. */
export interface ThreadOptions {
  /** @default as many as this process may use cores */
  readonly threads?: number;
}

/**
 * Works on many tasks in worker threads and answers in their order. Few tasks are in memory at a time.
 *
 * @param workerFile - A module whose default export answers a task, see `answered`.
 * @param tasks - Each is made when its turn comes.
 * @throws SamError as the worker did.
 */
export async function* inThreads<Task, Made>(
  workerFile: URL,
  tasks: Iterable<() => Promise<Task>>,
  { threads = availableParallelism() }: ThreadOptions = {},
): AsyncGenerator<Made> {
  const pool = new Piscina<Task, ThreadAnswer<Made>>({
    filename: workerFile.href,
    minThreads: 1,
    maxThreads: threads,
  });
  const running: Promise<ThreadAnswer<Made>>[] = [];
  try {
    for (const task of tasks) {
      const answer = task().then((made) => pool.run(made));
      // seen when its turn comes
      answer.catch(() => undefined);
      running.push(answer);
      if (running.length >= threads * AHEAD) yield madeOf(await running.shift());
    }
    while (running.length > 0) yield madeOf(await running.shift());
  } finally {
    await pool.destroy();
  }
}

function madeOf<Made>(answer: ThreadAnswer<Made> | undefined): Made {
  if (answer?.ok) return answer.made;
  throw answer ? errorOfData(answer.error) : new SamError('internal-error', 'a thread gave no answer');
}
