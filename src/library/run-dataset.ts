import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import type { RunSummary } from '../dataset/scheduler/events.js';
import type { OutputOptions } from '../dataset/scheduler/output-formats.js';
import { runDataset as run } from '../dataset/scheduler/run.js';
import type { InputSelection } from '../dataset/sources/input-images.js';
import type { Parallelism } from '../execute/default-parallelism.js';
import { inWorkerThreads } from '../execute/thread-executor.js';
import { everythingJob } from './jobs.js';

/** How results are written: one JSON file an image, or one PNG for edges, unless it says otherwise. */
export interface OutputFolder extends Partial<OutputOptions> {
  /** Folder of the results. */
  readonly folder: string;
}

/**
 * Options of {@link runDataset}. Images come from `inputs` or from a `source` of one's own, results go to `out` or to a `sink` of
 * one's own.
 */
export interface RunDatasetOptions
  extends Omit<DatasetRun, 'job' | 'selection' | 'output' | 'executor'>,
    Partial<Pick<Parallelism, 'workers' | 'threads'>> {
  /** What to make of each image. @default everythingJob(): all masks, with the default preset */
  readonly job?: DatasetRun['job'];
  /**
   * What does the job, or makes it (see {@link DatasetRun.executor}).
   *
   * @default worker threads: `workers` of them with `threads` each, or what fits the machine and the number of images
   */
  readonly executor?: DatasetRun['executor'];
  /** Files, folders (searched through), globs, tar archives, URLs and s3:// addresses; or with more to say about them. */
  readonly inputs?: readonly string[] | InputSelection;
  /** Folder of the results or `s3://bucket/prefix`, or with more to say about them. */
  readonly out?: string | OutputFolder;
}

/**
 * Does a job with every image of a dataset, as the command does: in worker threads, resumable, with one failing image harming no other.
 * The calling thread stays free. An image that fails is an event and a count, not an exception.
 *
 * @example
 * ```ts
 * const controller = new AbortController();
 * const summary = await runDataset({
 *   job: everythingJob({ preset: 'fast' }),
 *   inputs: ['photos'],
 *   out: 'masks',
 *   signal: controller.signal,
 *   onEvent: (event) => {
 *     if (event.event === 'image_done') console.log(event.image, event.masks);
 *   },
 * });
 * ```
 * @returns how many images came to which end; `interrupted` when the signal stopped it.
 * @throws SamError `bad-usage` for wrong inputs, `bad-prompt`, `changed-run`, `run-in-use`, `bad-run-folder`, `bad-model` when the
 *   model cannot be loaded, `unwritable-output` when a result cannot be written.
 */
export async function runDataset(options: RunDatasetOptions): Promise<RunSummary> {
  const { job = everythingJob(), inputs, out, workers, threads, executor, ...rest } = options;
  const selection = inputs === undefined || 'inputs' in inputs ? inputs : { inputs };
  const output = typeof out === 'string' ? { folder: out } : out;
  return run({
    ...rest,
    job,
    ...(selection && { selection }),
    ...(output && {
      output: {
        format: job.kind === 'edges' ? 'edge-maps' : 'json',
        recordsPerFile: 1000,
        copyImages: true,
        ...output,
      },
    }),
    executor:
      executor ??
      inWorkerThreads({ ...(workers !== undefined && { workers }), ...(threads !== undefined && { threads }) }),
  });
}
