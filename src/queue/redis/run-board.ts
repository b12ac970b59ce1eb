import type { FailuresByCode } from '../../dataset/run-folder/journal.js';
import type { JournalLine } from '../../dataset/run-folder/journal-lines.js';
import { firstImageOf } from '../batch.js';
import type { QueuedRun } from '../queued-run.js';
import { PREFIX, type QueueConnection } from './queue-connection.js';

/** Whether jobs are still put in the queue, all are there, or the run has come to its end. */
export type RunState = 'filling' | 'open' | 'finished';

/** Images with an end. */
export interface RunTotals {
  readonly done: number;
  readonly failed: number;
  readonly masks: number;
  readonly failuresByCode: FailuresByCode;
}

/** What is known of a run in the queue. */
export interface RunEntry extends RunTotals {
  readonly id: string;
  readonly run: QueuedRun;
  readonly state: RunState;
  /** Images of a whole batch. */
  readonly batchSize: number;
  /** Images of the run (of its shard). */
  readonly planned: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  readonly finishedAt?: number;
  /** Images that ended lately and when, the last first; see {@link RunBoard.settle}. */
  readonly pace: readonly { readonly at: number; readonly images: number }[];
}

const RUNS = `${PREFIX}:runs`;
const aboutKey = (id: string) => `${PREFIX}:about:${id}`;
const endedKey = (id: string) => `${PREFIX}:ended:${id}`;
const paceKey = (id: string) => `${PREFIX}:pace:${id}`;

/** Batches that the pace is told from. */
const PACE_LENGTH = 200;
/** Seconds after which a run that has ended is forgotten. */
const REMEMBERED = 7 * 24 * 3600;

/** Counts a batch unless it was counted before: a batch may be done twice. The bit of its first image remembers it. */
const SETTLE = `
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('SETBIT', KEYS[2], ARGV[1], 1) == 1 then return 0 end
local images = 0
for i = 3, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
  if ARGV[i] == 'done' or ARGV[i] == 'failed' then images = images + ARGV[i + 1] end
end
redis.call('LPUSH', KEYS[3], ARGV[2] .. ' ' .. images)
redis.call('LTRIM', KEYS[3], 0, ${PACE_LENGTH - 1})
return 1`;

/** The runs of a queue and how far they are. What they are made of is in BullMQ's own queues. */
export class RunBoard {
  readonly #connection: QueueConnection;

  constructor(connection: QueueConnection) {
    this.#connection = connection;
  }

  /** Ids of all runs, the oldest first. */
  async ids(): Promise<string[]> {
    return this.#redis.zrange(RUNS, '0', '-1');
  }

  /** Undefined for one that is not known, or known no more. */
  async find(id: string): Promise<RunEntry | undefined> {
    const [about, pace] = await Promise.all([
      this.#redis.hgetall(aboutKey(id)),
      this.#redis.lrange(paceKey(id), 0, -1),
    ]);
    if (about.run === undefined) return undefined;
    const failuresByCode: Record<string, number> = {};
    for (const [field, value] of Object.entries(about)) {
      if (field.startsWith('failed:') && Number(value) > 0)
        failuresByCode[field.slice('failed:'.length)] = Number(value);
    }
    const total = (name: string) => Number(about[`${name}_before`] ?? 0) + Number(about[name] ?? 0);
    return {
      id,
      run: JSON.parse(about.run),
      state: about.state as RunState,
      batchSize: Number(about.batch_size),
      planned: Number(about.planned),
      addedAt: Number(about.added_at),
      ...(about.finished_at !== undefined && { finishedAt: Number(about.finished_at) }),
      done: total('done'),
      failed: total('failed'),
      masks: total('masks'),
      failuresByCode,
      pace: pace.map((entry) => {
        const [at, images] = entry.split(' ').map(Number);
        return { at, images };
      }),
    };
  }

  /** As {@link find}, of what changes while a run goes on: less to read. */
  async stateOf(id: string): Promise<RunState | undefined> {
    return ((await this.#redis.hget(aboutKey(id), 'state')) ?? undefined) as RunState | undefined;
  }

  /**
   * Notes that jobs of a run are put in the queue now.
   *
   * @param before - What its journal says. Where the run was in the queue before, it has counted on since.
   */
  async beginFilling(
    id: string,
    { run, planned, batchSize }: Pick<RunEntry, 'run' | 'planned' | 'batchSize'>,
    before: RunTotals,
  ): Promise<void> {
    const earlier = await this.stateOf(id);
    if (earlier === undefined || earlier === 'finished') await this.#setTotals(id, before);
    await this.#redis.hset(aboutKey(id), {
      run: JSON.stringify(run),
      planned,
      batch_size: batchSize,
      added_at: Date.now(),
      state: 'filling' satisfies RunState,
    });
    await this.#redis.hdel(aboutKey(id), 'finished_at');
    await this.#redis.persist(aboutKey(id));
    await this.#redis.zadd(RUNS, 'NX', Date.now(), id);
  }

  /** Notes that all jobs of a run are in the queue. */
  async endFilling(id: string): Promise<void> {
    await this.#redis.hset(aboutKey(id), 'state', 'open' satisfies RunState);
  }

  /** Counts what became of the images of a batch. Done again, it changes nothing. */
  async settle(id: string, batch: string, lines: readonly JournalLine[]): Promise<void> {
    const counts: Record<string, number> = { done: 0, failed: 0, masks: 0 };
    for (const line of lines) {
      counts[line.state]++;
      if (line.state === 'done') counts.masks += line.masks;
      else counts[`failed:${line.code}`] = (counts[`failed:${line.code}`] ?? 0) + 1;
    }
    const keys = [aboutKey(id), endedKey(id), paceKey(id)];
    await this.#redis.eval(
      SETTLE,
      keys.length,
      ...keys,
      firstImageOf(batch),
      Date.now(),
      ...Object.entries(counts).flat(),
    );
  }

  /** Notes that a run has come to its end; it is forgotten after a week. */
  async finish(id: string, totals: RunTotals): Promise<void> {
    await this.#setTotals(id, totals);
    await this.#redis.hset(aboutKey(id), { state: 'finished' satisfies RunState, finished_at: Date.now() });
    await this.#redis.expire(aboutKey(id), REMEMBERED);
  }

  /** Forgets a run. */
  async remove(id: string): Promise<void> {
    await this.#redis.del(aboutKey(id), endedKey(id), paceKey(id));
    await this.#redis.zrem(RUNS, id);
  }

  get #redis() {
    return this.#connection.redis;
  }

  /** Counts anew from these. */
  async #setTotals(id: string, { done, failed, masks, failuresByCode }: RunTotals): Promise<void> {
    const fields = await this.#redis.hkeys(aboutKey(id));
    const old = fields.filter((field) => field.startsWith('failed:'));
    if (old.length > 0) await this.#redis.hdel(aboutKey(id), ...old);
    const codes = Object.entries(failuresByCode).map(([code, count]) => [`failed:${code}`, count]);
    await this.#redis.hset(aboutKey(id), {
      ...{ done_before: done, failed_before: failed, masks_before: masks },
      ...{ done: 0, failed: 0, masks: 0 },
      ...Object.fromEntries(codes),
    });
    await this.#redis.del(endedKey(id), paceKey(id));
  }
}
