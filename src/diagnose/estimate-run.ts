import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { OutputNames } from '../dataset/plan/output-names.js';
import { type Plan, planOf } from '../dataset/plan/plan.js';
import type { PlannedImage } from '../dataset/plan/planned-image.js';
import { shareOf, WHOLE } from '../dataset/plan/shard.js';
import { Journal } from '../dataset/run-folder/journal.js';
import { RunReader } from '../dataset/run-reader/run-reader.js';
import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import type { RunEvent } from '../dataset/scheduler/events.js';
import type { OutputOptions } from '../dataset/scheduler/output-formats.js';
import { runDataset } from '../dataset/scheduler/run.js';
import { countTasks } from '../dataset/scheduler/run-tasks.js';
import type { InputSelection } from '../dataset/sources/input-images.js';
import { openInputs } from '../dataset/sources/input-images.js';
import type { Source } from '../dataset/sources/source.js';
import { type Parallelism, parallelismFor, workOf } from '../execute/default-parallelism.js';
import type { Executor } from '../execute/executor.js';
import { ThreadExecutor } from '../execute/thread-executor.js';
import type { StageSeconds } from '../sam/found-mask.js';
import { FolderStorage } from '../storage/folder-storage.js';
import { openStorage } from '../storage/open-storage.js';
import { isS3Address } from '../storage/s3/s3-address.js';

/** A run of named inputs to a folder. */
export type EstimatedRun = Omit<DatasetRun, 'source' | 'sink' | 'storage' | 'executor'> & {
  /** Worker threads. @default what fits the machine and the number of images */
  readonly parallelism?: Partial<Parallelism>;
  readonly selection: InputSelection;
  readonly output: OutputOptions;
};

/** What a run will take. Names are those of the command's JSON. */
export interface RunEstimate {
  /** Images of the run (of its shard). */
  readonly images: number;
  /** Of those, how many an earlier start did, or failed to do. */
  readonly settled_before: number;
  readonly remaining: number;
  /** Images that were tried, and how many of those failed. */
  readonly tried: number;
  readonly tried_failed: number;
  readonly workers: number;
  readonly threads: number;
  /** Wall time between one image and the next once all workers are at work. */
  readonly seconds_per_image: number;
  readonly images_per_hour: number;
  /** Wall time of what remains, with loading the model. */
  readonly seconds: number;
  /** Bytes that results of what remains take on the disk. */
  readonly bytes: number;
  /** Bytes free where results go; null where nothing tells, as in a bucket. */
  readonly disk_free: number | null;
  /** Most bytes of memory that this process has had so far. */
  readonly peak_memory: number;
  /** Mean seconds of each stage of an image in its worker. */
  readonly stages: StageSeconds;
}

/** Images tried for each worker; the first of each also loads the model and is not counted. */
const TRIED_PER_WORKER = 3;
/** Fewer would say too little of images that differ. */
const LEAST_TRIED = 6;

/** Images that are tried with so many workers, where there are so many. */
export function triedImages(workers: number): number {
  return Math.max(LEAST_TRIED, TRIED_PER_WORKER * workers);
}

/** Bytes of an image's embedding in a cache. */
const EMBEDDING_BYTES = { fp16: 2.1e6, fp32: 4.2e6 } as const;

/**
 * Tries some images of a run, spread over all, and tells what the run will take. They are done in the very way of the run, with its
 * results in a folder that is removed; its output folder stays as it is.
 *
 * @param onTry - Told how many images are tried, of how many.
 * @throws SamError as `runDataset`; the reason of the run's signal once that is aborted: images that are being tried are given up, and
 *   nothing is left behind.
 */
export async function estimateRun(
  run: EstimatedRun,
  onTry?: (tried: number, images: number) => void,
): Promise<RunEstimate> {
  const source = openInputs({
    ...run.selection,
    ownFolders: [run.output.folder, run.overlayFolder ?? run.output.folder],
  });
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-estimate-'));
  try {
    const plan = await planOf(source.images(), { names: new OutputNames(), ...(run.signal && { signal: run.signal }) });
    try {
      const images = shareOf(plan.digest.count, run.shard ?? WHOLE);
      const remaining = await remainingOf(run, plan, images);
      const parallelism = parallelismFor(Math.max(1, images), workOf(run.job), run.parallelism);
      const count = Math.min(plan.digest.count, remaining, triedImages(parallelism.workers));
      const sample = await sampleOf(plan.images(), plan.digest.count, count);
      if (count > 0) onTry?.(count, remaining);
      const trial = await tried(run, { source, sample, folder, parallelism });
      const seconds = count > 0 ? trial.warm + Math.max(0, remaining - trial.warmed) * trial.pace : 0;
      return {
        images,
        settled_before: images - remaining,
        remaining,
        tried: count,
        tried_failed: trial.failed,
        workers: parallelism.workers,
        threads: parallelism.threads,
        seconds_per_image: trial.pace,
        images_per_hour: trial.pace > 0 ? 3600 / trial.pace : 0,
        seconds,
        bytes:
          count > 0 ? Math.round((remaining * (await bytesOf(folder))) / count) + embeddingBytes(run, remaining) : 0,
        disk_free: await freeBytesOf(run.output.folder),
        peak_memory: process.resourceUsage().maxRSS * 1024,
        stages: trial.stages,
      };
    } finally {
      await plan.close();
    }
  } finally {
    await source.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Images that the run would do; its folder may know of others too. */
async function remainingOf(run: EstimatedRun, plan: Plan, images: number): Promise<number> {
  const storage = openStorage(run.output.folder);
  if (run.resume?.overwrite || !(await RunReader.find(storage))) return images;
  return countTasks(run, { plan, folder: { journal: await Journal.read(storage), hasOtherInputs: true } });
}

/** Every so many-th image. */
async function sampleOf(
  plan: AsyncIterable<readonly PlannedImage[]>,
  total: number,
  count: number,
): Promise<PlannedImage[]> {
  const wanted = new Set(Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * total) / count)));
  const sample: PlannedImage[] = [];
  let position = 0;
  for await (const images of plan) {
    for (const image of images) if (wanted.has(position++)) sample.push(image);
  }
  return sample;
}

interface Trial {
  readonly source: Source;
  readonly sample: readonly PlannedImage[];
  /** For results. */
  readonly folder: string;
  readonly parallelism: Parallelism;
}

/** When each image of the sample was finished, and what follows of it. */
async function tried(
  { selection, shard, resume, signal, parallelism: _, ...run }: EstimatedRun,
  { source, sample, folder, parallelism }: Trial,
) {
  const start = performance.now();
  const ends: number[] = [];
  const stages: StageSeconds[] = [];
  let failed = 0;
  const onEvent = (event: RunEvent) => {
    if (event.event === 'image_done') stages.push(event.stages);
    else if (event.event === 'image_failed') failed++;
    else return;
    ends.push((performance.now() - start) / 1000);
  };
  const { embeddings, ...job } = run.job;
  if (sample.length > 0) {
    await runDataset({
      ...run,
      // kept embeddings of the images tried would make the others look cheap
      job,
      source: {
        images: async function* () {
          yield sample;
        },
        open: (image, options) => source.open(image, options),
        close: async () => undefined,
      },
      output: { ...run.output, folder },
      ...(run.overlayFolder !== undefined && { overlayFolder: join(folder, '_overlays') }),
      ...(signal && { signal }),
      onEvent,
      executor: (_, images, onNotice) =>
        abortable(new ThreadExecutor({ job, images, onNotice, ...parallelism }), signal),
    });
    signal?.throwIfAborted();
  }
  // the first image of each worker waited for its model
  const warmed = Math.min(parallelism.workers, ends.length);
  const warm = ends[warmed - 1] ?? 0;
  const last = ends.at(-1) ?? 0;
  const pace = ends.length > warmed ? (last - warm) / (ends.length - warmed) : last / Math.max(1, ends.length);
  return { failed, warmed, warm, pace, stages: meanStages(stages) };
}

/** The executor, which gives up what it works on once the signal is aborted: nobody wants the results of a trial. */
function abortable(executor: Executor, signal: AbortSignal | undefined): Executor {
  return {
    concurrency: executor.concurrency,
    threads: executor.threads,
    ready: () => executor.ready(),
    answer: (task, options) => executor.answer(task, { ...options, ...(signal && { signal }) }),
    close: () => executor.close(),
  };
}

function meanStages(stages: readonly StageSeconds[]): StageSeconds {
  const meanOf = (stage: keyof StageSeconds) =>
    stages.reduce((sum, each) => sum + each[stage], 0) / Math.max(1, stages.length);
  return { encode: meanOf('encode'), decode: meanOf('decode'), select: meanOf('select'), finish: meanOf('finish') };
}

async function bytesOf(folder: string): Promise<number> {
  const storage = new FolderStorage(folder);
  let bytes = 0;
  for await (const name of storage.list('')) bytes += (await storage.sizeOf(name)) ?? 0;
  return bytes;
}

function embeddingBytes({ job }: EstimatedRun, images: number): number {
  return job.embeddings ? images * EMBEDDING_BYTES[job.embeddings.type ?? 'fp16'] : 0;
}

async function freeBytesOf(folder: string): Promise<number | null> {
  if (isS3Address(folder)) return null;
  const { bavail, bsize } = await statfs(await existing(folder));
  return bavail * bsize;
}

/** The folder, or the nearest one above it that is there. */
async function existing(folder: string): Promise<string> {
  const path = resolve(folder);
  return statfs(path).then(
    () => path,
    () => (dirname(path) === path ? path : existing(dirname(path))),
  );
}
