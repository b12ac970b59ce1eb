import { availableParallelism, freemem } from 'node:os';

/** Worker threads of a run and the threads that each gives to the model. */
export interface Parallelism {
  readonly workers: number;
  readonly threads: number;
  /** Threads that an image encoder may use: it runs once an image, on cores that have nothing else to do then. */
  readonly encoderThreads: number;
}

/** What there is to share out. */
export interface Machine {
  /** Cores that this process may use. */
  readonly cores: number;
  /** Bytes of memory that this process may still take. */
  readonly memory: number;
}

/**
 * Memory set aside for a worker, in bytes. Measured: the first takes 0.7 GB with all that the process needs besides, each
 * further one 0.3 GB (docs/pipeline.md); the rest is for large images.
 */
const WORKER_MEMORY = 500e6;

/** This machine, or what a container leaves of it. */
function thisMachine(): Machine {
  // availableMemory knows the limits of containers; it came with Node 20.13
  return { cores: availableParallelism(), memory: process.availableMemory?.() ?? freemem() };
}

/**
 * Fits workers and threads to the machine: as many workers of one thread as there are cores (one thread each is the best use of a core)
 * and as memory has room for. Where workers cannot share an image there are no more of them than images, and the cores are shared out.
 *
 * @param images - Images of the run.
 * @param sharesImages - Whether several workers can work on one image.
 * @param wanted - What the user fixed; taken as it is.
 */
export function parallelismFor(
  images: number,
  sharesImages: boolean,
  wanted: Partial<Parallelism> = {},
  { cores, memory }: Machine = thisMachine(),
): Parallelism {
  const useful = sharesImages ? Number.POSITIVE_INFINITY : images;
  const fitting = Math.min(useful, Math.floor(cores / (wanted.threads ?? 1)), Math.floor(memory / WORKER_MEMORY));
  const workers = wanted.workers ?? Math.max(1, fitting);
  const threads = wanted.threads ?? Math.max(1, Math.floor(cores / workers));
  const atOnce = Math.max(1, Math.min(images, workers));
  const encoderThreads = wanted.encoderThreads ?? wanted.threads ?? Math.max(threads, Math.floor(cores / atOnce));
  return { workers, threads, encoderThreads };
}
