import type * as Bullmq from 'bullmq';
import type * as Ioredis from 'ioredis';
import { messageOf, SamError } from '../../errors.js';
import type { RedisAddress } from './redis-address.js';

/** Milliseconds that a server may take to answer the first time. */
const FIRST_ANSWER = 5000;
/** The longest pause before a server that went away is tried again, in milliseconds. */
const LONGEST_PAUSE = 2000;

/** The packages behind queues. They are optional: nothing else needs them. */
export interface QueuePackages {
  readonly bullmq: Pick<typeof Bullmq, 'Queue' | 'Worker' | 'WaitingError'>;
  readonly ioredis: Pick<typeof Ioredis, 'Redis'>;
}

/**
 * Loads the packages that queues are made of.
 *
 * @throws SamError `bad-usage` where they are not installed.
 */
export async function queuePackages(): Promise<QueuePackages> {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, ioredis };
  } catch (error) {
    throw new SamError(
      'bad-usage',
      `Expected the packages bullmq and ioredis, which queues need, but could not load them: ${messageOf(error)}`,
      'Install them beside sam-cli: npm install bullmq ioredis',
    );
  }
}

/** How a connection is watched. */
export interface RedisWatch {
  /** Told when the server went away and when it is back, as a sentence. */
  readonly onNotice?: (message: string) => void;
  /**
   * Whether a command waits, however long, for a server that went away. Otherwise it fails.
   *
   * @default true
   */
  readonly waits?: boolean;
}

/**
 * Connects to a server. One that goes away later is connected to again.
 *
 * @throws SamError `queue-failed` when it cannot be reached now, or refuses; the message names host and port and no password.
 */
export async function openRedis(
  { ioredis }: QueuePackages,
  address: RedisAddress,
  { onNotice = () => {}, waits = true }: RedisWatch = {},
): Promise<Ioredis.Redis> {
  const { host, port, db, username, password, isEncrypted } = address;
  let wasReady = false;
  let isAway = false;
  const redis = new ioredis.Redis({
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
    lazyConnect: true,
    connectTimeout: FIRST_ANSWER,
    maxRetriesPerRequest: waits ? null : 1,
    retryStrategy: (times) => (wasReady ? Math.min(100 * times, LONGEST_PAUSE) : null),
  });
  let lastError: unknown;
  redis.on('error', (error) => {
    lastError = error;
  });
  redis.on('close', () => {
    if (wasReady && !isAway && redis.status !== 'end') {
      isAway = true;
      onNotice(`Redis at ${host}:${port} went away${reasonOf(lastError)}; waiting for it`);
    }
  });
  redis.on('ready', () => {
    wasReady = true;
    if (isAway) onNotice(`Redis at ${host}:${port} is back`);
    isAway = false;
  });
  try {
    await redis.connect();
    // a wrong password shows with the first command only
    await redis.ping();
    return redis;
  } catch (error) {
    redis.disconnect();
    throw unavailable(address, lastError ?? error);
  }
}

function reasonOf(error: unknown): string {
  return error === undefined ? '' : `: ${messageOf(error)}`;
}

function unavailable({ inWords, host, port }: RedisAddress, error: unknown): SamError {
  const reason = messageOf(error);
  if (/WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(reason)) {
    return new SamError(
      'queue-failed',
      `Expected a user and a password that Redis at ${host}:${port} takes but it answered: ${reason}`,
      'redis://user:password@host:port; the variable SAM_CLI_QUEUE keeps them out of the command line.',
    );
  }
  return new SamError(
    'queue-failed',
    `Expected a Redis server at ${host}:${port} (${inWords}) but could not use it: ${reason}`,
    'Is it running, and can this machine reach it?',
  );
}
