import { availableParallelism, freemem } from 'node:os';
import type { Job } from './job.js';

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

/** Memory that a worker takes beside when it names masks: a model of images of CLIP's base size takes 0.62 to 0.74 GB (docs/text.md). */
const NAMING_MEMORY = 750e6;

/** What the workers of a run do, as far as it matters for their number. */
export interface Work {
  /** Whether several workers can work on one image. */
  readonly sharesImages: boolean;
  /** Whether masks are named by words. @default false */
  readonly namesMasks?: boolean;
}

/** What the workers of a job do. */
export function workOf(job: Job): Work {
  return { sharesImages: job.kind === 'everything', namesMasks: job.kind !== 'edges' && job.words !== undefined };
}

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
 * @param wanted - What the user fixed; taken as it is.
 */
export function parallelismFor(
  images: number,
  { sharesImages, namesMasks = false }: Work,
  wanted: Partial<Parallelism> = {},
  { cores, memory }: Machine = thisMachine(),
): Parallelism {
  const useful = sharesImages ? Number.POSITIVE_INFINITY : images;
  const workerMemory = WORKER_MEMORY + (namesMasks ? NAMING_MEMORY : 0);
  const fitting = Math.min(useful, Math.floor(cores / (wanted.threads ?? 1)), Math.floor(memory / workerMemory));
  const workers = wanted.workers ?? Math.max(1, fitting);
  const threads = wanted.threads ?? Math.max(1, Math.floor(cores / workers));
  const atOnce = Math.max(1, Math.min(images, workers));
  const encoderThreads = wanted.encoderThreads ?? wanted.threads ?? Math.max(threads, Math.floor(cores / atOnce));
  return { workers, threads, encoderThreads };
}
