import type { Job } from 'bullmq';
import { shareOf, WHOLE } from '../dataset/plan/shard.js';
import { untilAborted } from '../dataset/plan/until-aborted.js';
import type { RunFolder } from '../dataset/run-folder/run-folder.js';
import { Closables } from '../dataset/scheduler/closables.js';
import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import { type OutputOptions, sinkFor } from '../dataset/scheduler/output-formats.js';
import { prepareRun } from '../dataset/scheduler/prepare-run.js';
import type { PreparedRun } from '../dataset/scheduler/prepared-run.js';
import { tasksOf } from '../dataset/scheduler/run-tasks.js';
import { SamError } from '../errors.js';
import { groupsOfComing } from '../storage/groups.js';
import { resolvedLocation } from '../storage/open-storage.js';
import { type BatchData, batchDataOf, batchesOf, batchIdOf, usualBatchSize } from './batch.js';
import { installedVersions, type QueuedRun, runIdOf } from './queued-run.js';
import { FINISH, QueueConnection } from './redis/queue-connection.js';
import type { RedisAddress } from './redis/redis-address.js';
import { RunBoard } from './redis/run-board.js';

/** Jobs sent to Redis at a time: bounds the memory, whatever the number of images. */
const JOBS_AT_ONCE = 100;
/** How often an image is tried that may go well elsewhere or later. */
const ATTEMPTS = 3;
/** Milliseconds before the second try, and twice that before the third. */
const BACKOFF = 5000;

/** A run to put in a queue: as one that is done here, but for what has no meaning there. */
export interface RunToEnqueue extends Omit<DatasetRun, 'sink' | 'storage' | 'source' | 'output'> {
  readonly output: OutputOptions;
  /** Images in a job; a run that has not ended keeps those that it has. @default what fits the number of images, or what the run had before */
  readonly batchSize?: number;
}

/** What was put in a queue. */
export interface EnqueueReport {
  /** Of the run, as the queue calls it. */
  readonly run: string;
  /** Host and port. */
  readonly queue: string;
  /** Images of the run (of its shard). */
  readonly planned: number;
  /** Images that its journal knows already. */
  readonly settled_before: number;
  /** Jobs that were not in the queue before. */
  readonly jobs_added: number;
  /** Jobs that were there, or had been done. */
  readonly jobs_there: number;
  /** Images in a whole job. */
  readonly batch_size: number;
}

/**
 * Plans a run as `runDataset` does, with the same run folder, and puts its images in a queue in place of doing them. Done again, it
 * adds what is missing and nothing else.
 *
 * @throws the reason of the run's signal once that is aborted: the same command then goes on. SamError as `runDataset`; `bad-usage` for what a queue cannot do, `queue-failed` when the server cannot be used.
 */
export async function enqueueRun(run: RunToEnqueue, address: RedisAddress): Promise<EnqueueReport> {
  checkCanTravel(run);
  const connection = await QueueConnection.open(address, {
    onNotice: (message) => run.onEvent?.({ event: 'notice', message }),
  });
  const open = new Closables();
  try {
    const parts = await prepareRun(run, open);
    return await new Enqueuing(run, parts, connection).all();
  } finally {
    await open.closeAll().finally(() => connection.close());
  }
}

/** Puts the jobs of one run in the queue. */
class Enqueuing {
  readonly #run: RunToEnqueue;
  readonly #parts: PreparedRun;
  readonly #connection: QueueConnection;
  readonly #board: RunBoard;
  readonly #queued: QueuedRun;
  readonly #id: string;
  #added = 0;
  #there = 0;

  constructor(run: RunToEnqueue, parts: PreparedRun, connection: QueueConnection) {
    this.#run = run;
    this.#parts = parts;
    this.#connection = connection;
    this.#board = new RunBoard(connection);
    this.#queued = queuedRunOf(run, parts.folder);
    this.#id = runIdOf(this.#queued);
  }

  async all(): Promise<EnqueueReport> {
    const { folder, plan, toDo } = this.#parts;
    const { shard = WHOLE, resume = {}, signal } = this.#run;
    const planned = shareOf(plan.digest.count, shard);
    await this.#removeOthers();
    const known = await this.#board.find(this.#id);
    const inWork = known?.state === 'finished' ? undefined : known;
    // batches of another size would have the same images as those that wait
    const batchSize = inWork?.batchSize ?? this.#run.batchSize ?? known?.batchSize ?? usualBatchSize(planned);
    const { done, failed, masks, failuresByCode } = folder.journal;
    // one that has not ended may lack jobs, or its end
    if (toDo > 0 || inWork) {
      const failedBefore = resume.retryFailed ? { failed: 0, failuresByCode: {} } : { failed, failuresByCode };
      const entry = { run: this.#queued, planned, batchSize };
      await this.#board.beginFilling(this.#id, entry, { done, masks, ...failedBefore });
      if (resume.retryFailed) await this.#connection.deadLettersOf(this.#id).obliterate({ force: true });
      const tasks = tasksOf(this.#run, this.#parts, () => {});
      for await (const batches of groupsOfComing(batchesOf(tasks, batchSize, shard.count), JOBS_AT_ONCE)) {
        // what is in the queue stays there; the same command again goes on
        await untilAborted(this.#add(batches.map(batchDataOf)), signal);
      }
      await this.#retryGivenUp();
      await this.#board.endFilling(this.#id);
    }
    const settled_before = done + (resume.retryFailed ? 0 : failed);
    const { host, port } = this.#connection.address;
    return {
      run: this.#id,
      queue: `${host}:${port}`,
      planned,
      settled_before,
      jobs_added: this.#added,
      jobs_there: this.#there,
      batch_size: batchSize,
    };
  }

  async #add(batches: readonly BatchData[]): Promise<void> {
    const queue = this.#connection.batchesOf(this.#id);
    const jobs = batches.map((data) => ({
      name: 'batch',
      data,
      opts: {
        jobId: batchIdOf(this.#id, data),
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF },
        removeOnComplete: true,
      },
    }));
    const pipeline = this.#connection.redis.pipeline();
    for (const { opts } of jobs) pipeline.exists(queue.toKey(opts.jobId));
    const found = (await pipeline.exec()) ?? [];
    // BullMQ passes over those that are there, too; to ask is cheaper, and they can be counted
    const missing = jobs.filter((_, i) => found[i]?.[1] !== 1);
    if (missing.length > 0) await queue.addBulk(missing);
    this.#added += missing.length;
    this.#there += jobs.length - missing.length;
  }

  /** Jobs that were given up, as after too many machines died of them, are tried again. */
  async #retryGivenUp(): Promise<void> {
    const queue = this.#connection.batchesOf(this.#id);
    const finish: Job | undefined = await queue.getJob(FINISH);
    if (await finish?.isFailed()) await finish?.remove();
    await queue.retryJobs({ state: 'failed' });
  }

  /** A run that was here before with other settings, or that is started again, is in the queue no more. */
  async #removeOthers(): Promise<void> {
    for (const id of await this.#board.ids()) {
      const entry = await this.#board.find(id);
      if (entry) {
        const { output, identity } = entry.run;
        const isHere = output.folder === this.#queued.output.folder;
        const isShard = identity.shard.index === this.#queued.identity.shard.index;
        if (!isHere || !isShard || id === this.#id) continue;
      }
      await this.#connection.removeQueuesOf(id);
      await this.#board.remove(id);
    }
  }
}

/** @throws SamError `bad-usage` for what only a run in this process can do. */
function checkCanTravel({ job, output, overlayFolder, maxFailures }: RunToEnqueue): void {
  const refuse = (expected: string, hint: string) => {
    throw new SamError('bad-usage', `Expected ${expected} with a queue`, hint);
  };
  if (sinkFor(output).isOrdered) {
    refuse(
      `a file an image but received --out-format ${output.format}`,
      'Many workers cannot append to one file. Use json, coco, or a format of docs/export.md; `sam-cli export` makes others of the finished run.',
    );
  }
  if (job.kind === 'segment' && job.prompts.kind === 'file') {
    refuse(
      'prompts that are the same for all images',
      'A file of prompts does not travel to the workers: use --shard.',
    );
  }
  if (overlayFolder !== undefined) refuse('no --overlay', '`sam-cli render` draws the masks of the finished run.');
  if (maxFailures !== undefined)
    refuse('no --max-failures', 'Workers do not stop for each other: look at `sam-cli status`.');
}

function queuedRunOf(
  { job, output, limits = {} }: RunToEnqueue,
  { identity, begunAt }: Pick<RunFolder, 'identity' | 'begunAt'>,
): QueuedRun {
  const { embeddings } = job;
  return {
    versions: installedVersions(),
    job: embeddings ? { ...job, embeddings: { ...embeddings, folder: resolvedLocation(embeddings.folder) } } : job,
    identity,
    begunAt,
    output: { ...output, folder: resolvedLocation(output.folder) },
    limits,
    folder: process.cwd(),
  };
}
