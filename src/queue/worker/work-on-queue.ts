import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted } from '../../dataset/plan/until-aborted.js';
import type { RunListener } from '../../dataset/scheduler/events.js';
import { messageOf, SamError, type SamErrorCode } from '../../errors.js';
import type { Executor, ExecutorMaker } from '../../execute/executor.js';
import { QueueConnection } from '../redis/queue-connection.js';
import type { RedisAddress } from '../redis/redis-address.js';
import { RunBoard, type RunEntry } from '../redis/run-board.js';
import { within } from '../redis/within.js';
import { BEAT, WorkerBoard } from '../redis/worker-board.js';
import { differencesHere } from './refusal.js';
import { checkSeesRun, openParts } from './run-parts.js';
import { RunSession } from './run-session.js';
import { serveMetrics } from './serve-metrics.js';
import { WorkerCounts } from './worker-counts.js';

/** How often a worker without a run looks for one, in milliseconds. */
const LOOK = 2000;
/** Milliseconds that the server may take to hear that this worker ends. */
const LAST_WORDS = 1000;
/** Errors that say that this machine has not what a run needs. */
const MISSING_HERE: ReadonlySet<SamErrorCode> = new Set(['bad-usage', 'bad-model', 'bad-run-folder', 'bad-prompt']);

/** Options of {@link workOnQueue}. */
export interface WorkerOptions {
  readonly address: RedisAddress;
  /** Makes what does the jobs of a run. */
  readonly executor: ExecutorMaker;
  /** Jobs at the same time. @default enough that no worker thread waits */
  readonly concurrency?: number;
  /** Seconds that what is begun may take to end, once the signal is aborted. */
  readonly graceSeconds: number;
  /** Seconds without a sign of life after which a worker has lost its jobs to others. */
  readonly stalledAfterSeconds: number;
  /** Where health and metrics are served. @default nowhere */
  readonly metricsPort?: number;
  /** Whether to end when every run of the queue has ended; where there is none yet, the first is waited for. @default false */
  readonly untilDone?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: RunListener;
}

/** How a worker ended. */
export interface WorkerReport {
  readonly done: number;
  readonly failed: number;
  /** Runs that it did not work on, and why. */
  readonly refused: readonly string[];
  /** Whether the signal ended it. */
  readonly interrupted: boolean;
}

/**
 * Takes jobs of a queue until the signal is aborted. Runs that this installation must not do, because it has other versions or another
 * model, keep their jobs for others.
 *
 * @throws SamError `bad-usage` without the packages, `queue-failed` where the server cannot be used; what every further image would
 *   meet, such as `unwritable-output`.
 */
export async function workOnQueue(options: WorkerOptions): Promise<WorkerReport> {
  const counts = new WorkerCounts(options.onEvent);
  const connection = await QueueConnection.open(options.address, {
    onNotice: (message) => options.onEvent({ event: 'notice', message }),
  });
  const worker = new QueueWorker({ ...options, onEvent: counts.hear }, connection, counts);
  const { metricsPort } = options;
  const server =
    metricsPort === undefined
      ? undefined
      : await serveMetrics(metricsPort, counts, connection).catch(async (error: unknown) => {
          await connection.close();
          throw error;
        });
  try {
    return await worker.work();
  } finally {
    await server?.close();
    await connection.close();
  }
}

/** One worker process. */
class QueueWorker {
  readonly #id = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  readonly #startedAt = new Date().toISOString();
  readonly #options: WorkerOptions;
  readonly #connection: QueueConnection;
  readonly #board: RunBoard;
  readonly #workers: WorkerBoard;
  readonly #counts: WorkerCounts;
  /** Why runs are not worked on here, by their ids and versions. */
  readonly #refused = new Map<string, string>();
  #run: string | null = null;

  constructor(options: WorkerOptions, connection: QueueConnection, counts: WorkerCounts) {
    this.#options = options;
    this.#connection = connection;
    this.#board = new RunBoard(connection);
    this.#workers = new WorkerBoard(connection);
    this.#counts = counts;
  }

  async work(): Promise<WorkerReport> {
    const { signal, untilDone } = this.#options;
    const beat = setInterval(() => void this.#sign(), BEAT);
    let saidThatItWaits = false;
    try {
      while (!signal.aborted) {
        const entry = await untilAborted(this.#nextRun(), signal);
        if (entry) {
          saidThatItWaits = false;
          await this.#workOn(entry);
          continue;
        }
        // one that is started before the first run is put in the queue waits for it
        if (untilDone && (await untilAborted(this.#isAllOver(), signal))) break;
        if (!saidThatItWaits) this.#notice(`Waiting for jobs of ${this.#options.address.inWords}`);
        saidThatItWaits = true;
        await this.#sign();
        await sleep(LOOK, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted || error instanceof SamError) throw error;
    } finally {
      clearInterval(beat);
      await within(LAST_WORDS, this.#workers.leave(this.#id)).catch(() => undefined);
    }
    const { done, failed } = this.#counts;
    return { done, failed, refused: [...this.#refused.values()], interrupted: signal.aborted };
  }

  /** The oldest run that has jobs for a worker; where none waits, one whose jobs others have: theirs may come back. */
  async #nextRun(): Promise<RunEntry | undefined> {
    let other: RunEntry | undefined;
    for (const entry of await this.#unfinished()) {
      if (await this.#hasWaiting(entry.id)) return entry;
      if (entry.state === 'open') other ??= entry;
    }
    return other;
  }

  async #unfinished(): Promise<RunEntry[]> {
    const entries = await Promise.all((await this.#board.ids()).map((id) => this.#board.find(id)));
    return entries
      .filter((entry) => entry !== undefined)
      .filter((entry) => entry.state !== 'finished' && !this.#refused.has(keyOf(entry)));
  }

  /** Whether there are runs, and each has ended or is left to others. One that is still being put in the queue has not. */
  async #isAllOver(): Promise<boolean> {
    return (await this.#board.ids()).length > 0 && (await this.#unfinished()).length === 0;
  }

  async #hasWaiting(id: string): Promise<boolean> {
    const { wait, prioritized } = await this.#connection.batchesOf(id).getJobCounts('wait', 'prioritized');
    return wait + prioritized > 0;
  }

  async #isWantedElsewhere(id: string): Promise<boolean> {
    for (const other of await this.#unfinished())
      if (other.id !== id && (await this.#hasWaiting(other.id))) return true;
    return false;
  }

  /** Works on a run, or refuses it. */
  async #workOn(entry: RunEntry): Promise<void> {
    const { onEvent, executor: executorFor } = this.#options;
    this.#run = entry.id;
    let executor: Executor | undefined;
    try {
      if (!(await this.#looked(entry, () => differencesHere(entry.run)))) return;
      onEvent({ event: 'loading_model' });
      executor = executorFor(entry.run.job, Math.max(1, entry.planned), (message) => this.#notice(message));
      const made = executor;
      if (!(await this.#looked(entry, async () => differencesHere(entry.run, await made.ready())))) return;
      await this.#session(entry, made);
    } finally {
      this.#run = null;
      await executor?.close();
    }
  }

  async #session(entry: RunEntry, executor: Executor): Promise<void> {
    const { onEvent, signal, graceSeconds, stalledAfterSeconds, concurrency } = this.#options;
    const { concurrency: workers, threads } = executor;
    this.#notice(`Run ${entry.id}: ${entry.planned} images into ${entry.run.output.folder}`);
    onEvent({
      event: 'run_started',
      images: entry.planned - entry.done - entry.failed,
      settled_before: entry.done + entry.failed,
      workers,
      threads,
    });
    await this.#sign();
    if (signal.aborted) return;
    const parts = await openParts(entry.run, this.#id);
    try {
      const session = new RunSession({
        entry,
        connection: this.#connection,
        board: this.#board,
        parts,
        executor,
        ...(concurrency !== undefined && { concurrency }),
        stalledAfterSeconds,
        graceSeconds,
        signal,
        isWantedElsewhere: () => this.#isWantedElsewhere(entry.id),
        onEvent,
      });
      const problem = await session.work();
      if (problem !== undefined) this.#refuse(entry, problem);
    } finally {
      await parts.close();
    }
  }

  /** What a look at a run gives, unless it says that this machine must not do it: the run is then refused. */
  async #looked(entry: RunEntry, look: () => string[] | Promise<string[]>): Promise<boolean> {
    try {
      await checkSeesRun(entry.run);
      const differences = await look();
      if (differences.length === 0) return true;
      this.#refuse(
        entry,
        `Expected the versions and the model that it was put in the queue with but here are others: ${differences.join('; ')}`,
      );
    } catch (error) {
      if (!(error instanceof SamError && MISSING_HERE.has(error.code))) throw error;
      this.#refuse(entry, messageOf(error));
    }
    return false;
  }

  #refuse(entry: RunEntry, reason: string): void {
    const words = `Run ${entry.id} is left to other workers: ${reason}`;
    this.#refused.set(keyOf(entry), words);
    this.#notice(words);
  }

  #notice(message: string): void {
    this.#options.onEvent({ event: 'notice', message });
  }

  async #sign(): Promise<void> {
    // commands to a server that is away pile up
    if (this.#connection.redis.status !== 'ready') return;
    const { done, failed } = this.#counts;
    const sign = { host: hostname(), pid: process.pid, run: this.#run, done, failed, started_at: this.#startedAt };
    await this.#workers.sign(this.#id, sign).catch(() => undefined);
  }
}

/** A run that is put in the queue again with other versions is looked at again. */
function keyOf({ id, run, addedAt }: RunEntry): string {
  return `${id} ${JSON.stringify(run.versions)} ${addedAt}`;
}
