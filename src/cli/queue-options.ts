import { type Command, Option } from 'commander';
import { SamError } from '../errors.js';
import { type RedisAddress, redisAddressOf } from '../queue/redis/redis-address.js';
import { numberIn } from './parse.js';

/** The variable that names a queue where the command line does not. */
const QUEUE_VARIABLE = 'SAM_CLI_QUEUE';

/** The options of a command that can put its images in a queue. */
export interface QueueOptions {
  readonly queue?: string;
  readonly enqueue: boolean;
  readonly batch?: number;
}

/** The option that names a queue. What is wrong with it must not be repeated, as commander's own messages would: it may hold a password. */
export function queueOption(): Option {
  return new Option(
    '--queue <url>',
    `Redis or Valkey: redis://[user:password@]host[:port][/database] (or the variable ${QUEUE_VARIABLE})`,
  );
}

/** Adds how images are left to other machines. */
export function addQueueOptions(command: Command): Command {
  const queue = (option: Option) => command.addOption(option.helpGroup('Many machines (docs/scale.md):'));
  queue(queueOption());
  queue(new Option('--enqueue', 'put the images in the queue for `sam-cli worker`, and do none here').default(false));
  queue(
    new Option(
      '--batch <number>',
      'images in a job of the queue (default: 1 to 16, by the number of images)',
    ).argParser(numberIn({ integer: true, min: 1, max: 10_000 })),
  );
  return command;
}

/**
 * The queue that the images are put in; undefined when they are done here.
 *
 * @throws SamError `bad-usage`
 */
export function enqueueAddressOf({ queue, enqueue }: QueueOptions): RedisAddress | undefined {
  if (enqueue) return queueAddressOf(queue);
  if (queue === undefined) return undefined;
  throw new SamError(
    'bad-usage',
    'Expected --enqueue with --queue but received --queue alone',
    'With --enqueue this command puts the images in the queue and ends; `sam-cli worker --queue URL` does them.',
  );
}

/**
 * The queue that an option or the environment names. The process hides its arguments from then on, where others may see them.
 *
 * @throws SamError `bad-usage`
 */
export function queueAddressOf(text: string | undefined = process.env[QUEUE_VARIABLE]): RedisAddress {
  if (text === undefined || text === '') {
    throw new SamError(
      'bad-usage',
      `Expected --queue redis://host:port, or the variable ${QUEUE_VARIABLE}, but received neither`,
    );
  }
  const address = redisAddressOf(text);
  if (address.password !== undefined) process.title = 'sam-cli';
  return address;
}
