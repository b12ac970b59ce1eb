import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { openRedis, type QueuePackages, queuePackages, type RedisWatch } from './open-redis.js';
import type { RedisAddress } from './redis-address.js';
import { within } from './within.js';

/** Milliseconds that a server may take to hear the end. */
const LAST_WORDS = 1000;

/** Every key in Redis begins so. */
export const PREFIX = 'sam-cli';

/** What the dead-letter list says of an image, as failures.ndjson does. */
export interface DeadLetter {
  readonly image_id: number;
  readonly image: string;
  readonly code: string;
  readonly reason: string;
  readonly at: string;
}

/** Name of the job that ends a run; every other one is a batch. */
export const FINISH = 'finish';

/** Of queues: those of a run are opened when they are asked for. */
export class QueueConnection {
  readonly address: RedisAddress;
  readonly redis: Redis;
  readonly packages: QueuePackages;
  readonly #queues = new Map<string, Queue>();

  private constructor(address: RedisAddress, redis: Redis, packages: QueuePackages) {
    this.address = address;
    this.redis = redis;
    this.packages = packages;
  }

  /** @throws SamError `bad-usage` without the packages, `queue-failed` where the server cannot be used. */
  static async open(address: RedisAddress, watch: RedisWatch = {}): Promise<QueueConnection> {
    const packages = await queuePackages();
    return new QueueConnection(address, await openRedis(packages, address, watch), packages);
  }

  /** The jobs of a run, each with `BatchData`. */
  batchesOf(run: string): Queue {
    return this.#queueNamed(batchQueueName(run));
  }

  /** The images of a run that cannot be done: a queue that nobody takes from, so that dashboards show it; each has a {@link DeadLetter}. */
  deadLettersOf(run: string): Queue {
    return this.#queueNamed(`dead-letters-${run}`);
  }

  /** Removes both. */
  async removeQueuesOf(run: string): Promise<void> {
    for (const queue of [this.batchesOf(run), this.deadLettersOf(run)]) await queue.obliterate({ force: true });
  }

  /** Closes all, whether the server is there or not. */
  async close(): Promise<void> {
    const closed = [...this.#queues.values()].map((queue) => queue.close());
    await within(LAST_WORDS, Promise.allSettled(closed));
    this.redis.disconnect();
  }

  #queueNamed(name: string): Queue {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue = new this.packages.bullmq.Queue(name, {
      connection: this.redis,
      prefix: PREFIX,
      // nobody listens to events, which would fill memory
      streams: { events: { maxLen: 100 } },
    });
    // the connection tells what is wrong with it
    queue.on('error', () => undefined);
    this.#queues.set(name, queue);
    return queue;
  }
}

/** Name of the queue of a run. */
export function batchQueueName(run: string): string {
  return `run-${run}`;
}
