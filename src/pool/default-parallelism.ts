import { availableParallelism } from 'node:os';

/** Worker threads of a run and the threads that each gives to the model. */
export interface Parallelism {
  readonly workers: number;
  readonly threads: number;
}

/**
 * Fits workers and threads to the machine: as many pictures at once as there are cores (one thread each is the best use of a
 * core), all cores for one picture when there is only one.
 *
 * @param pictures - Pictures of the run.
 * @param wanted - What the user fixed.
 * @param cores - Cores to fill. @default what this process may use
 */
export function parallelismFor(
  pictures: number,
  wanted: Partial<Parallelism> = {},
  cores: number = availableParallelism(),
): Parallelism {
  const workers = wanted.workers ?? Math.max(1, Math.min(pictures, Math.floor(cores / (wanted.threads ?? 1))));
  const threads = wanted.threads ?? Math.max(1, Math.floor(cores / workers));
  return { workers, threads };
}
