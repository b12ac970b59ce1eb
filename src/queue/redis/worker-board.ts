import { PREFIX, type QueueConnection } from './queue-connection.js';

/** A worker as it was when it last gave a sign of life. */
export interface WorkerSign {
  readonly host: string;
  readonly pid: number;
  /** Id of the run that it works on; null while it waits. */
  readonly run: string | null;
  /** Images since it was started. */
  readonly done: number;
  readonly failed: number;
  /** ISO 8601. */
  readonly started_at: string;
}

/** Milliseconds between two signs. */
export const BEAT = 5000;
/** Seconds without one after which a worker is gone. */
const SILENCE = 20;
const BEATS = `${PREFIX}:worker-beats`;
const SIGNS = `${PREFIX}:workers`;

/** By the server's clock: those of the machines may differ. */
const SIGN = `
local now = redis.call('TIME')[1]
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ${SILENCE})) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
end`;
const LIVING = `
local signs = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], redis.call('TIME')[1] - ${SILENCE}, '+inf')) do
  signs[#signs + 1] = redis.call('HGET', KEYS[2], id)
end
return signs`;

/** Which workers there are. */
export class WorkerBoard {
  readonly #connection: QueueConnection;

  constructor(connection: QueueConnection) {
    this.#connection = connection;
  }

  /** A worker's sign of life. */
  async sign(id: string, sign: WorkerSign): Promise<void> {
    await this.#connection.redis.eval(SIGN, 2, BEATS, SIGNS, id, JSON.stringify(sign));
  }

  /** A worker ends. */
  async leave(id: string): Promise<void> {
    await this.#connection.redis.multi().zrem(BEATS, id).hdel(SIGNS, id).exec();
  }

  /** Those that gave a sign lately. */
  async living(): Promise<WorkerSign[]> {
    const signs = (await this.#connection.redis.eval(LIVING, 2, BEATS, SIGNS)) as string[];
    return signs.map((sign) => JSON.parse(sign));
  }
}
