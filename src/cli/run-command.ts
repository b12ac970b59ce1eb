import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import { runDataset } from '../dataset/scheduler/run.js';
import type { ImageFormat } from '../dataset/sinks/overlay-folder.js';
import { type EstimatedRun, estimateRun } from '../diagnose/estimate-run.js';
import type { Parallelism } from '../execute/default-parallelism.js';
import type { Job } from '../execute/job.js';
import { inWorkerThreads } from '../execute/thread-executor.js';
import type { RunToEnqueue } from '../queue/enqueue-run.js';
import { type RedisAddress, withoutCredentials } from '../queue/redis/redis-address.js';
import type { CommandContext } from './command-context.js';
import { type DatasetOptions, datasetRunOf } from './dataset-options.js';
import { enqueuedInWords } from './enqueued-in-words.js';
import { estimateInWords } from './estimate-in-words.js';
import { EXIT } from './exit-codes.js';
import { endedByInterrupt, interruptible } from './interrupt.js';
import type { EmbeddingOptions } from './machine-options.js';
import type { ModelOptions } from './model-options.js';
import { enqueueAddressOf, type QueueOptions } from './queue-options.js';
import { type ReporterOptions, reporterFor } from './reporters/reporter-for.js';

/** The options of every command that goes through a dataset, as commander parses them. */
export type RunOptions = DatasetOptions &
  ReporterOptions &
  EmbeddingOptions &
  ModelOptions &
  QueueOptions &
  Partial<Parallelism> & {
    readonly overlay?: string;
    readonly overlayFormat: ImageFormat;
  };

function overlayOf({ overlay, overlayFormat }: RunOptions): { overlayFolder?: string; overlayFormat: ImageFormat } {
  return { ...(overlay !== undefined && { overlayFolder: overlay }), overlayFormat };
}

/** Tells what the run will take instead of doing it. */
async function dryRun(
  run: EstimatedRun,
  { out, json }: RunOptions,
  { stdout, stderr }: CommandContext,
): Promise<number> {
  const estimate = await estimateRun(run, (tried, images) =>
    stderr.write(`Trying ${tried} of ${images} images, with results that are not kept\n`),
  );
  stdout.write(json ? `${JSON.stringify(estimate)}\n` : estimateInWords(estimate, out));
  return EXIT.ok;
}

/** Puts the images in a queue instead of doing them. */
async function enqueue(
  run: RunToEnqueue,
  address: RedisAddress,
  options: RunOptions,
  { stdout, stderr }: CommandContext,
  notices: readonly string[],
): Promise<number> {
  const { onEvent, close } = reporterFor(options, stderr);
  for (const message of notices) onEvent({ event: 'notice', message });
  try {
    // its packages are needed by nobody else
    const { enqueueRun } = await import('../queue/enqueue-run.js');
    const command = run.command?.map(withoutCredentials) ?? [];
    const report = await enqueueRun({ ...run, command, onEvent }, address);
    close();
    stdout.write(options.json ? `${JSON.stringify(report)}\n` : enqueuedInWords(report, address));
    return EXIT.ok;
  } finally {
    close();
  }
}

/**
 * Goes through a dataset for a command: shows the run, hears Ctrl-C, and says how it ended.
 *
 * @param notices - What a user should know before the run begins.
 * @returns the exit code.
 * @throws SamError as `runDataset`, and `bad-usage` for a shard that there is not.
 */
export async function runCommand(
  inputs: readonly string[],
  options: RunOptions,
  job: Job,
  context: CommandContext,
  notices: readonly string[] = [],
): Promise<number> {
  const run = { ...datasetRunOf(inputs, options, context), job, ...overlayOf(options) };
  try {
    const queue = enqueueAddressOf(options);
    if (queue) {
      const { batch } = options;
      const toEnqueue = {
        ...run,
        executor: inWorkerThreads({ workers: 1 }),
        ...(batch !== undefined && { batchSize: batch }),
      };
      return await endedByInterrupt((signal) => enqueue({ ...toEnqueue, signal }, queue, options, context, notices));
    }
    if (options.dryRun)
      return await endedByInterrupt((signal) => dryRun({ ...run, parallelism: options, signal }, options, context));
    return await wholeRun({ ...run, executor: inWorkerThreads(options) }, options, context, notices);
  } finally {
    // nobody else reads it, and one that is still open would keep an interrupted process alive
    if (options.inputList === '-') context.stdin.destroy();
  }
}

async function wholeRun(
  run: DatasetRun,
  options: RunOptions,
  { stderr }: CommandContext,
  notices: readonly string[],
): Promise<number> {
  const { onEvent, close } = reporterFor(options, stderr);
  for (const message of notices) onEvent({ event: 'notice', message });
  try {
    const summary = await interruptible((signal) => runDataset({ ...run, signal, onEvent }), close);
    if (summary.interrupted) return EXIT.interrupted;
    return summary.failures + summary.failed_before > 0 ? EXIT.failures : EXIT.ok;
  } finally {
    close();
  }
}
