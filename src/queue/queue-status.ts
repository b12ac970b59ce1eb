import type { FailuresByCode } from '../dataset/run-folder/journal.js';
import { type DeadLetter, QueueConnection } from './redis/queue-connection.js';
import type { RedisAddress } from './redis/redis-address.js';
import { RunBoard, type RunEntry, type RunState } from './redis/run-board.js';
import { WorkerBoard, type WorkerSign } from './redis/worker-board.js';

/** Dead letters that are told; the count is of all. */
const LETTERS = 100;
/** The rate is that of so many milliseconds at most. */
const RATE_SPAN = 10 * 60_000;

/** How a run of a queue stands. */
export interface QueuedRunStatus {
  readonly run: string;
  readonly job: string;
  readonly model: string;
  readonly out: string;
  /** `filling` while jobs are put in the queue (or when that was stopped), then `open`, and `finished` at the end. */
  readonly state: RunState;
  /** Images of the run (of its shard). */
  readonly planned: number;
  readonly done: number;
  readonly failed: number;
  /** Images without a result. */
  readonly remaining: number;
  readonly masks: number;
  readonly failures_by_code: FailuresByCode;
  /** Batches of images. */
  readonly jobs: {
    readonly waiting: number;
    readonly active: number;
    readonly delayed: number;
    readonly given_up: number;
  };
  /** Images that cannot be done, of all workers. */
  readonly dead_letters: number;
  /** The first of them. */
  readonly first_dead_letters: readonly DeadLetter[];
  readonly added_at: string;
  /** When images ended last; null before any did. */
  readonly updated_at: string | null;
  /** Of the last minutes, by all workers; null before it is known, and at the end. */
  readonly images_per_minute: number | null;
  readonly seconds_left: number | null;
}

/** How a queue stands. */
export interface QueueStatus {
  /** Without user and password. */
  readonly queue: string;
  readonly workers: readonly WorkerSign[];
  /** The oldest first. */
  readonly runs: readonly QueuedRunStatus[];
}

/**
 * How the runs of a queue stand, and who works on them. Changes nothing.
 *
 * @throws SamError `bad-usage` without the packages, `queue-failed` where the server cannot be used.
 */
export async function queueStatusOf(address: RedisAddress): Promise<QueueStatus> {
  const connection = await QueueConnection.open(address, { waits: false });
  try {
    const board = new RunBoard(connection);
    const workers = await new WorkerBoard(connection).living();
    const runs: QueuedRunStatus[] = [];
    for (const id of await board.ids()) {
      const entry = await board.find(id);
      if (entry) runs.push(await statusOf(entry, connection));
    }
    return { queue: address.inWords, workers, runs };
  } finally {
    await connection.close();
  }
}

async function statusOf(entry: RunEntry, connection: QueueConnection): Promise<QueuedRunStatus> {
  const { id, run, state, planned, done, failed, masks, failuresByCode, addedAt, pace } = entry;
  const queue = connection.batchesOf(id);
  const letters = connection.deadLettersOf(id);
  const { wait, active, delayed, failed: givenUp } = await queue.getJobCounts('wait', 'active', 'delayed', 'failed');
  const { wait: deadLetters } = await letters.getJobCounts('wait');
  const remaining = Math.max(0, planned - done - failed);
  const perMinute = state === 'finished' ? null : rateOf(entry);
  return {
    run: id,
    job: run.job.kind,
    model: run.identity.model.name,
    out: run.output.folder,
    state,
    planned,
    done,
    failed,
    remaining,
    masks,
    failures_by_code: failuresByCode,
    jobs: { waiting: wait, active, delayed, given_up: givenUp },
    dead_letters: deadLetters,
    first_dead_letters: (await letters.getWaiting(0, LETTERS - 1)).map(({ data }) => data),
    added_at: new Date(addedAt).toISOString(),
    updated_at: pace.length > 0 ? new Date(pace[0].at).toISOString() : null,
    images_per_minute: perMinute,
    seconds_left: perMinute === null ? null : (60 * remaining) / perMinute,
  };
}

/** Images a minute, of the batches that ended lately: from the end of the first of them to that of the last. */
function rateOf({ pace }: RunEntry): number | null {
  const [last] = pace;
  if (!last) return null;
  const lately = pace.filter(({ at }) => at >= last.at - RATE_SPAN);
  const span = last.at - lately[lately.length - 1].at;
  // the first one only says when the time begins
  const images = lately.slice(0, -1).reduce((sum, each) => sum + each.images, 0);
  return span > 0 && images > 0 ? (60_000 * images) / span : null;
}
