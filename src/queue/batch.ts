import { createHash } from 'node:crypto';
import { withoutExtension } from '../dataset/plan/output-names.js';
import { locatorOf, type PlannedImage } from '../dataset/plan/planned-image.js';
import type { RunTask } from '../dataset/scheduler/run-tasks.js';

/** An image in a job: as few characters as say all of it, since millions of jobs lie in memory. Empty texts stand for what is usual. */
type QueuedImage = readonly [
  imageId: number,
  path: string,
  /** It, or how many of the last characters of the path it is. */
  name: string | number,
  kind: string,
  /** Of the result, where it is not the name without its extension. */
  output: string,
  reference?: PlannedImage['reference'],
];

/** What a job of a queue says: the images of a batch. The rest is that of its run. */
export interface BatchData {
  readonly images: readonly QueuedImage[];
}

/** The usual kind. */
const FILE = 'file';
/** Digits of an id, so that names in the order of the alphabet are in the order of the images. */
const ID_DIGITS = 12;

/** Images as a job carries them. */
export function batchDataOf(tasks: readonly RunTask[]): BatchData {
  return { images: tasks.map(queuedImageOf) };
}

function queuedImageOf({ planned, imageId, name: output }: RunTask): QueuedImage {
  const { kind, path, name, reference } = planned;
  const start = [
    imageId,
    path,
    path.endsWith(name) ? name.length : name,
    kind === FILE ? '' : kind,
    output === withoutExtension(name) ? '' : output,
  ] as const;
  return reference ? [...start, reference] : start;
}

/** The images of a job. */
export function tasksOfBatch({ images }: BatchData): RunTask[] {
  return images.map(([imageId, path, givenName, givenKind, output, reference]) => {
    const name = typeof givenName === 'number' ? path.slice(path.length - givenName) : givenName;
    const kind = givenKind === '' ? FILE : givenKind;
    const planned: PlannedImage = { kind, path, name, ...(reference && { reference }) };
    return { planned, imageId, locator: locatorOf(planned), name: output === '' ? withoutExtension(name) : output };
  });
}

/**
 * What a batch is called: the same for the same images of the same run, so that putting it in the queue twice puts it there once.
 *
 * @returns The id of its first image, then a hash.
 */
export function batchIdOf(run: string, data: BatchData): string {
  const hash = createHash('sha256').update(run).update(JSON.stringify(data)).digest('hex').slice(0, 16);
  return `${String(data.images[0]?.[0] ?? 0).padStart(ID_DIGITS, '0')}-${hash}`;
}

/** The id of a batch's first image: no other batch of the run has it. */
export function firstImageOf(batch: string): number {
  return Number(batch.slice(0, ID_DIGITS));
}

/** Images in a job at most, unless the user says otherwise: what is lost with a killed machine is at most that. */
const LARGEST_BATCH = 16;
/** Jobs that small runs are split into at least, so that many workers share them evenly. */
const JOBS_AT_LEAST = 1000;

/** How many images go together, for a run of so many. */
export function usualBatchSize(images: number): number {
  return Math.max(1, Math.min(LARGEST_BATCH, Math.floor(images / JOBS_AT_LEAST)));
}

/**
 * Tasks in batches, by their place in the whole run: images that are done meanwhile change no other batch.
 *
 * @param size - Images of a whole batch.
 * @param shards - Into how many the run is split: its ids are that far apart.
 */
export async function* batchesOf(
  tasks: AsyncIterable<RunTask>,
  size: number,
  shards: number,
): AsyncGenerator<RunTask[]> {
  let batch: RunTask[] = [];
  let place = -1;
  for await (const task of tasks) {
    const now = Math.floor((task.imageId - 1) / (size * shards));
    if (now !== place && batch.length > 0) {
      yield batch;
      batch = [];
    }
    place = now;
    batch.push(task);
  }
  if (batch.length > 0) yield batch;
}
