import type { Job, Worker } from 'bullmq';
import { BatchRecords } from '../../dataset/run-folder/batch-records.js';
import type { RunListener } from '../../dataset/scheduler/events.js';
import { FATAL, RunLoop } from '../../dataset/scheduler/run-loop.js';
import { SamError } from '../../errors.js';
import type { Executor } from '../../execute/executor.js';
import type { BatchData } from '../batch.js';
import { batchQueueName, FINISH, PREFIX, type QueueConnection } from '../redis/queue-connection.js';
import type { RunBoard, RunEntry } from '../redis/run-board.js';
import { within } from '../redis/within.js';
import { doBatchJob, TriedAgain } from './batch-job.js';
import { BatchesInWork } from './batches-in-work.js';
import { finishRun } from './finish-run.js';
import type { WorkerParts } from './run-parts.js';
import { seesAnImage } from './sees-images.js';

/** How often an idle worker looks whether its run has come to its end, in milliseconds. */
const LOOK = 1000;
/** How often a job whose worker ended is given to another one before it is given up. */
const LOST_AT_MOST = 10;
/** How often the end of a run is tried, and milliseconds before the second try. */
const FINISH_OPTIONS = {
  jobId: FINISH,
  removeOnComplete: true,
  attempts: 5,
  backoff: { type: 'exponential', delay: 2000 },
};
/** Batches that fail, before any image is done, after which a worker looks whether it sees the images at all. */
const FAILED_AT_FIRST = 10;
/** Milliseconds for what is left to say to Redis, beyond the time of grace. */
const LAST_WORDS = 3000;

/** What a session works with. */
export interface SessionOptions {
  readonly entry: RunEntry;
  readonly connection: QueueConnection;
  readonly board: RunBoard;
  readonly parts: WorkerParts;
  readonly executor: Executor;
  /** Jobs at the same time. @default enough that no worker thread waits */
  readonly concurrency?: number;
  readonly stalledAfterSeconds: number;
  readonly graceSeconds: number;
  /** Once aborted, the worker takes no more and ends within the time of grace. */
  readonly signal: AbortSignal;
  /** Whether another run has jobs that wait for a worker like this. */
  readonly isWantedElsewhere: () => Promise<boolean>;
  readonly onEvent: RunListener;
}

/** Works on one run of the queue until there is nothing left for this worker: takes batches, and hands their images to the usual loop. */
export class RunSession {
  readonly #options: SessionOptions;
  readonly #batches = new BatchesInWork();
  readonly #records: BatchRecords;
  readonly #stop = new AbortController();
  /** Aborted when no more is taken, whatever the reason. */
  readonly #end: AbortSignal;
  #isFinishing = false;
  /** Lets a look around come at once. */
  #wake = () => {};
  #problem: string | undefined;
  #failedAtFirst = 0;
  #fatal: unknown;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { entry, parts, onEvent } = options;
    this.#records = new BatchRecords(parts.storage, entry.run.begunAt, (message) =>
      onEvent({ event: 'notice', message }),
    );
    this.#end = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  /**
   * Works until the run is at its end, others need this worker, or the signal is aborted. What is begun then is finished or handed back.
   *
   * @returns why the run cannot come to its end, in words; undefined where it can.
   * @throws SamError that every further image would meet, such as a full disk: the batches in work are handed back.
   */
  async work(): Promise<string | undefined> {
    const { parts, executor, entry, onEvent } = this.#options;
    const loop = new RunLoop(
      { limits: entry.run.limits, signal: this.#end, onEvent },
      { ...parts, executor, folder: this.#batches, output: { storage: parts.storage } },
    );
    const worker = this.#takeJobs();
    const closing = new Promise<void>((resolve) => {
      const close = () => {
        resolve(worker.close());
        this.#wake();
      };
      if (this.#end.aborted) close();
      else this.#end.addEventListener('abort', close);
    });
    const grace = this.#graceTimer();
    const looking = this.#lookAround();
    try {
      await loop.doAll(this.#batches.tasks);
    } catch (error) {
      this.#fatal ??= error;
    }
    this.#stop.abort();
    this.#batches.handBack();
    // a server that is away would be waited for
    await within(1000 * this.#options.graceSeconds + LAST_WORDS, Promise.all([closing, looking]));
    grace.clear();
    if (this.#fatal !== undefined) throw this.#fatal;
    return this.#problem;
  }

  /** Jobs of this run, as BullMQ hands them out. It renews their locks from this thread, which no model ever blocks. */
  #takeJobs(): Worker {
    const { entry, connection, executor, stalledAfterSeconds, concurrency, onEvent } = this.#options;
    const { bullmq } = connection.packages;
    const worker = new bullmq.Worker(batchQueueName(entry.id), (job, token) => this.#doJob(job, token), {
      connection: connection.redis,
      prefix: PREFIX,
      concurrency: concurrency ?? 1 + Math.ceil(executor.concurrency / entry.batchSize),
      lockDuration: 1000 * stalledAfterSeconds,
      stalledInterval: 1000 * stalledAfterSeconds,
      maxStalledCount: LOST_AT_MOST,
      runRetryDelay: LOOK,
      drainDelay: 2,
    });
    worker.on('failed', (job, error) =>
      onEvent({ event: 'notice', message: `${job?.name} ${job?.id}: ${error.message}` }),
    );
    worker.on('stalled', (id) => onEvent({ event: 'notice', message: `${id} was lost by a worker and is done again` }));
    worker.on('completed', () => this.#wake());
    // what is wrong with the connection is told by it
    worker.on('error', () => undefined);
    return worker;
  }

  async #doJob(job: Job, token: string | undefined): Promise<void> {
    const { entry, board, connection, onEvent } = this.#options;
    try {
      if (job.name === FINISH) {
        this.#isFinishing = true;
        await finishRun({ entry, board, connection, onEvent });
        return;
      }
      const isDone = await doBatchJob(job as Job<BatchData>, {
        run: entry.id,
        records: this.#records,
        batches: this.#batches,
        board,
        connection,
      });
      if (isDone) return;
    } catch (error) {
      if (error instanceof TriedAgain) await this.#lookForImages(error);
      if (job.name === FINISH || !(error instanceof SamError && FATAL.has(error.code))) throw error;
      this.#fatal ??= error;
      this.#stop.abort();
    } finally {
      if (job.name === FINISH) this.#isFinishing = false;
    }
    await job.moveToWait(token);
    throw new connection.packages.bullmq.WaitingError();
  }

  /** A machine that sees no image fails at all of them, and faster than others do them: it must not go on. */
  async #lookForImages({ message }: TriedAgain): Promise<void> {
    const { connection, entry, parts } = this.#options;
    if (this.#batches.hasDone || ++this.#failedAtFirst !== FAILED_AT_FIRST) return;
    if ((await seesAnImage(connection.batchesOf(entry.id), parts.source)) !== false) return;
    this.#problem = `this machine can open none of its images: ${message}`;
    this.#stop.abort();
  }

  /** Looks now and then, while there is nothing to do, whether this was all. */
  async #lookAround(): Promise<void> {
    while (!this.#end.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (this.#end.aborted || this.#batches.size > 0 || this.#isFinishing) continue;
      if (await this.#isOver().catch(() => false)) this.#stop.abort();
    }
  }

  async #isOver(): Promise<boolean> {
    const { entry, board, connection, isWantedElsewhere } = this.#options;
    const state = await board.stateOf(entry.id);
    if (state === undefined || state === 'finished') return true;
    const queue = connection.batchesOf(entry.id);
    const { wait, active, delayed, prioritized } = await queue.getJobCounts('wait', 'active', 'delayed', 'prioritized');
    if (wait > 0) return false;
    if (active + delayed + prioritized === 0 && state === 'open') {
      const finish: Job | undefined = await queue.getJob(FINISH);
      if (await finish?.isFailed()) {
        this.#problem = `its end could not be made: ${finish?.failedReason}`;
        return true;
      }
      await queue.add(FINISH, {}, FINISH_OPTIONS);
      return false;
    }
    return isWantedElsewhere();
  }

  /** Once the worker is to end: gives up what is not done when the time of grace is over. */
  #graceTimer(): { clear(): void } {
    const { signal, graceSeconds, executor } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const begin = () => {
      timer = setTimeout(() => {
        this.#batches.handBack();
        void executor.close().catch(() => undefined);
      }, 1000 * graceSeconds);
    };
    signal.addEventListener('abort', begin);
    return {
      clear() {
        signal.removeEventListener('abort', begin);
        clearTimeout(timer);
      },
    };
  }
}
