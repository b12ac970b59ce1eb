import type { Job } from 'bullmq';
import type { BatchRecords } from '../../dataset/run-folder/batch-records.js';
import type { JournalLine } from '../../dataset/run-folder/journal-lines.js';
import type { SamErrorCode } from '../../errors.js';
import { type BatchData, tasksOfBatch } from '../batch.js';
import type { DeadLetter, QueueConnection } from '../redis/queue-connection.js';
import type { RunBoard } from '../redis/run-board.js';
import type { BatchesInWork } from './batches-in-work.js';

/** Failures that may lie in the machine or the moment: the image is tried again, by whoever takes the job then. */
const PASSING: ReadonlySet<SamErrorCode> = new Set([
  'not-found',
  'unreadable-file',
  'download-failed',
  'timeout',
  'worker-lost',
  'worker-failed',
  'internal-error',
]);

/** What a batch's job is done with. */
export interface BatchJobParts {
  /** Id of the run. */
  readonly run: string;
  readonly records: BatchRecords;
  readonly batches: BatchesInWork;
  readonly board: RunBoard;
  readonly connection: QueueConnection;
}

/** Some images of the batch are to be tried again. */
export class TriedAgain extends Error {}

/**
 * Does the job of a batch. Its record, written whole, is the one thing that says that the batch is done: a worker that is killed before
 * leaves the batch to the next one, a worker that is killed behind it leaves only what is counted.
 *
 * @returns whether it has come to its end; otherwise it is to be handed back.
 * @throws {@link TriedAgain}, so that the queue waits and tries again; SamError of the storage.
 */
export async function doBatchJob(job: Job<BatchData>, parts: BatchJobParts): Promise<boolean> {
  const { records } = parts;
  const id = String(job.id);
  let lines = await records.read(id);
  if (!lines) {
    lines = await linesOf(job, parts);
    if (!lines) return false;
    await records.write(id, lines);
    await records.removeBegun(id);
  }
  await settleBatch(id, lines, parts);
  return true;
}

/** What workers before noted of a batch that has not ended, and the images that they left. */
export async function begunBatchOf(job: Job<BatchData>, records: BatchRecords) {
  const begun = (await records.read(String(job.id), 'begun')) ?? [];
  const known = new Set(begun.map(({ image_id }) => image_id));
  const left = tasksOfBatch(job.data).filter(({ imageId }) => !known.has(imageId));
  return { begun, left };
}

/** What became of the images; undefined when the worker stops before their end. */
async function linesOf(job: Job<BatchData>, { records, batches }: BatchJobParts): Promise<JournalLine[] | undefined> {
  const { begun, left } = await begunBatchOf(job, records);
  const outcome = await batches.do(left);
  const lines = [...begun, ...outcome.lines].sort((a, b) => a.image_id - b.image_id);
  const passing = lines.filter((line) => line.state === 'failed' && PASSING.has(line.code));
  const isLastTry = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  if (outcome.isWhole && (passing.length === 0 || isLastTry)) return lines;
  const kept = lines.filter((line) => !passing.includes(line));
  if (kept.length > begun.length) await records.write(String(job.id), kept, 'begun');
  if (!outcome.isWhole) return undefined;
  const [first] = passing;
  throw new TriedAgain(
    `${passing.length} images are tried again: ${first.image}: ${'reason' in first ? first.reason : ''}`,
  );
}

/** Counts what became of a batch, and puts its failures on the dead-letter list. Done again, it changes nothing. */
export async function settleBatch(
  id: string,
  lines: readonly JournalLine[],
  { run, board, connection }: Pick<BatchJobParts, 'run' | 'board' | 'connection'>,
): Promise<void> {
  const letters = lines.flatMap((line): DeadLetter[] => {
    if (line.state === 'done') return [];
    const { image_id, image, code, reason, at } = line;
    return [{ image_id, image, code, reason, at: new Date(at).toISOString() }];
  });
  if (letters.length > 0) {
    const jobs = letters.map((data) => ({ name: data.code, data, opts: { jobId: `image-${data.image_id}` } }));
    await connection.deadLettersOf(run).addBulk(jobs);
  }
  await board.settle(run, id, lines);
}
