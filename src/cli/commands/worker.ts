import { type Command, Option } from 'commander';
import type { Parallelism } from '../../execute/default-parallelism.js';
import { inWorkerThreads } from '../../execute/thread-executor.js';
import type { WorkerReport } from '../../queue/worker/work-on-queue.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { counted } from '../in-words.js';
import { interruptible } from '../interrupt.js';
import { addParallelismOptions, addProgressOptions } from '../machine-options.js';
import { numberIn } from '../parse.js';
import { queueAddressOf, queueOption } from '../queue-options.js';
import { type ReporterOptions, reporterFor } from '../reporters/reporter-for.js';

interface WorkerCommandOptions extends Omit<ReporterOptions, 'out'>, Partial<Parallelism> {
  readonly queue?: string;
  readonly concurrency?: number;
  readonly grace: number;
  readonly stalledAfter: number;
  readonly metricsPort?: number;
  readonly untilDone: boolean;
}

const EXAMPLES = `
Examples:
  On each machine, until it is stopped; images and results lie where all machines see them:
    sam-cli worker --queue redis://queue.example:6379
  As a job of a cluster, which ends when all is done; health and metrics on port 9464:
    SAM_CLI_QUEUE=redis://... sam-cli worker --until-done --metrics-port 9464
  On a machine that is taken away two minutes after it is told so:
    sam-cli worker --queue redis://... --grace 100

The images are put in the queue by sam-cli everything ... --queue URL --enqueue (docs/scale.md). Ctrl-C and SIGTERM: no more is
taken, images in work are finished, the rest of their batch goes back. Exit codes: 0 stopped, or with --until-done all done, 1 the
worker could not go on, or with --until-done left runs that it must not do, 2 wrong usage, 130 with --until-done: stopped before.`;

/** Milliseconds for what is left in the process once all is said. */
const LEFTOVERS = 3000;

async function worker(options: WorkerCommandOptions, { stderr }: CommandContext): Promise<number> {
  const address = queueAddressOf(options.queue);
  const { concurrency, grace, stalledAfter, metricsPort, untilDone } = options;
  // a bar needs to know how many images there are: other workers do them too
  const { onEvent, close } = reporterFor({ ...options, out: '' }, stderr, 'dumb');
  // its packages are needed by nobody else
  const { workOnQueue } = await import('../../queue/worker/work-on-queue.js');
  const report = await interruptible(
    (signal) =>
      workOnQueue({
        address,
        executor: inWorkerThreads(options),
        ...(concurrency !== undefined && { concurrency }),
        graceSeconds: grace,
        stalledAfterSeconds: stalledAfter,
        ...(metricsPort !== undefined && { metricsPort }),
        untilDone,
        signal,
        onEvent,
      }),
    close,
  );
  if (!options.quiet)
    stderr.write(`Worker ended: ${counted(report.done, 'image')} done, ${counted(report.failed, 'failure')}\n`);
  const exitCode = exitCodeOf(report, untilDone);
  // a server that went away may be waited for somewhere
  setTimeout(() => process.exit(exitCode), LEFTOVERS).unref();
  return exitCode;
}

/** For a cluster's scheduler: a worker that was to end when all is done, and did not, is to be started again. */
function exitCodeOf({ interrupted, refused }: WorkerReport, untilDone: boolean): number {
  if (!untilDone) return EXIT.ok;
  if (interrupted) return EXIT.interrupted;
  return refused.length > 0 ? EXIT.failures : EXIT.ok;
}

/** Adds `worker` to the program. */
export function addWorkerCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('worker')
    .summary('do images that others put in a queue')
    .description(
      'Takes images from a queue and makes what was asked of them, with as many others as there are machines.',
    )
    .addOption(queueOption());
  const course = (option: Option) => command.addOption(option);
  course(
    new Option(
      '--concurrency <number>',
      'jobs taken at the same time (default: enough for the worker threads)',
    ).argParser(numberIn({ integer: true, min: 1, max: 10_000 })),
  );
  course(
    new Option('--grace <seconds>', 'when it is stopped: finish within this time or hand back')
      .argParser(numberIn({ integer: false, min: 0, max: 1e6 }))
      .default(25),
  );
  course(
    new Option('--stalled-after <seconds>', 'without a sign of life for so long, others get its jobs')
      .argParser(numberIn({ integer: false, min: 1, max: 86_400 }))
      .default(30),
  );
  course(
    new Option('--metrics-port <number>', 'serve /healthz and Prometheus /metrics there').argParser(
      numberIn({ integer: true, min: 1, max: 65_535 }),
    ),
  );
  course(new Option('--until-done', 'end when every run in the queue has ended').default(false));
  addParallelismOptions(command);
  addProgressOptions(command);
  command
    .addHelpText('after', EXAMPLES)
    .action(async (options: WorkerCommandOptions) => context.finish(await worker(options, context)));
}
