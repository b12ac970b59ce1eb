import { type Command, Option } from 'commander';
import type { EmbeddingCacheOptions } from '../model/runtime/embedding-cache.js';
import { numberIn } from './parse.js';

/** The options that say where image embeddings are kept. */
export interface EmbeddingOptions {
  readonly embeddings?: string;
  readonly embeddingsType: EmbeddingCacheOptions['type'];
}

const MACHINE = 'Machine:';
const positive = { integer: true, min: 1, max: 1024 };

/** Adds how the machine is used and how a run is shown: the same for every command that goes through a dataset. */
export function addMachineOptions(command: Command): Command {
  const machine = (option: Option) => command.addOption(option.helpGroup(MACHINE));
  machine(
    new Option(
      '--embeddings <folder>',
      'keep image embeddings here: a second pass over the same images costs no encoder',
    ),
  );
  machine(
    new Option('--embeddings-type <type>', 'half floats are 2 MB an image, floats 4 MB')
      .choices(['fp16', 'fp32'])
      .default('fp16'),
  );
  return addProgressOptions(addParallelismOptions(command));
}

/** Adds how many worker threads there are. */
export function addParallelismOptions(command: Command): Command {
  const machine = (option: Option) => command.addOption(option.helpGroup(MACHINE));
  machine(
    new Option('--workers <number>', 'images worked on at the same time (default: fits cores and images)').argParser(
      numberIn(positive),
    ),
  );
  machine(
    new Option('--threads <number>', 'threads of each worker (default: shares the cores among the workers)').argParser(
      numberIn(positive),
    ),
  );
  return command;
}

/** Adds how a run is shown. */
export function addProgressOptions(command: Command): Command {
  const progress = (option: Option) => command.addOption(option.helpGroup('Progress (standard error):'));
  progress(new Option('-q, --quiet', 'print failures only').default(false));
  progress(
    new Option('--log-format <format>', 'a bar on a terminal and lines elsewhere, or one JSON object a line')
      .choices(['text', 'ndjson'])
      .default('text'),
  );
  progress(
    new Option('--log-level <level>', 'debug adds the seconds of each stage of each image')
      .choices(['info', 'debug'])
      .default('info'),
  );
  return command;
}

/** Where the options keep embeddings: nothing, or `embeddings`. */
export function embeddingsOf({ embeddings, embeddingsType }: EmbeddingOptions): {
  embeddings?: EmbeddingCacheOptions;
} {
  return embeddings === undefined ? {} : { embeddings: { folder: embeddings, type: embeddingsType } };
}
