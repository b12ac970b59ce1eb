import { type Command, Option } from 'commander';
import { shardFrom, WHOLE } from '../dataset/plan/shard.js';
import { OUTPUT_FORMATS, type OutputFormat } from '../dataset/scheduler/output-formats.js';
import { IMAGE_FORMATS } from '../dataset/sinks/overlay-folder.js';
import { DEFAULT_MAX_PIXELS } from '../dataset/sources/image-reader.js';
import type { EstimatedRun } from '../diagnose/estimate-run.js';
import type { CommandContext } from './command-context.js';
import { collected, numberIn } from './parse.js';

/** The options of a command that goes through a dataset, as commander parses them. */
export interface DatasetOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly hidden: boolean;
  readonly inputList?: string;
  readonly out: string;
  readonly outFormat: OutputFormat;
  readonly recordsPerFile: number;
  /** The former name of `--records-per-file`, which wins when both are given. */
  readonly shardSize?: number;
  /** False for `--no-tar-images`. */
  readonly tarImages: boolean;
  readonly overwrite: boolean;
  readonly force: boolean;
  readonly retryFailed: boolean;
  readonly maxFailures?: number;
  readonly maxPixels: number;
  readonly timeout?: number;
  readonly shard?: string;
  /** Tell what the run would take, and do nothing. */
  readonly dryRun: boolean;
  /** With `dryRun`: as JSON. */
  readonly json: boolean;
}

/** Arguments in help of what may be named as inputs. */
export const INPUTS_DESCRIPTION =
  'image files (JPEG, PNG, WebP, TIFF, GIF, AVIF), folders (searched through), quoted globs, tar archives (.tar, .tar.gz), http(s) URLs and s3://bucket/prefix (docs/s3.md)';

const count = { integer: true, min: 1, max: 1e9 };

/** The option for the format of images with masks drawn. */
export function overlayFormatOption(name = '--overlay-format <format>'): Option {
  return new Option(name, 'format of these images').choices(IMAGE_FORMATS).default('jpg');
}

/** Adds where images come from, how masks are written, and how a run goes on. */
export function addDatasetOptions(command: Command): Command {
  return addCourseOptions(addRecordOptions(addSourceOptions(command)));
}

/** Adds where images come from. */
export function addSourceOptions(command: Command): Command {
  const sources = (option: Option) => command.addOption(option.helpGroup('Sources:'));
  sources(
    new Option('--input-list <file>', 'more inputs: one path, URL or s3:// address a line; "-" reads standard input'),
  );
  sources(
    new Option('--include <glob>', 'only images whose name below a folder, glob or archive matches; may be repeated')
      .argParser(collected)
      .default([], 'all'),
  );
  sources(
    new Option('--exclude <glob>', 'no images or folders that match; may be repeated')
      .argParser(collected)
      .default([], 'none'),
  );
  sources(new Option('--hidden', 'names that begin with a dot, too').default(false));
  return command;
}

/** Adds how masks are written. */
function addRecordOptions(command: Command): Command {
  const results = (option: Option) => command.addOption(option.helpGroup('Results:'));
  results(
    new Option(
      '--out-format <format>',
      'json: a file an image; coco: the same and one COCO file of all; ndjson, tar: many records a file; others: json, and at the end of the run an export in _export (docs/export.md)',
    )
      .choices(OUTPUT_FORMATS)
      .default('json'),
  );
  results(
    new Option('--records-per-file <number>', 'records in each file that holds many')
      .argParser(numberIn(count))
      .default(1000),
  );
  // scripts that were written for the former name go on working
  results(new Option('--shard-size <number>', 'the same').argParser(numberIn(count)).hideHelp());
  results(new Option('--no-tar-images', 'records only in tar files, without the images'));
  return command;
}

/** Adds how a run goes on. */
export function addCourseOptions(command: Command): Command {
  const course = (option: Option) => command.addOption(option.helpGroup('Course of the run (docs/dataset-runs.md):'));
  course(new Option('--overwrite', 'start again: remove what an earlier run made').default(false));
  course(new Option('--force', 'go on although the model or a setting is another one').default(false));
  course(new Option('--retry-failed', 'try images again that failed before').default(false));
  course(new Option('--max-failures <number>', 'stop when so many images failed').argParser(numberIn(count)));
  course(
    new Option('--max-pixels <number>', 'refuse larger images before they are decoded')
      .argParser(numberIn({ integer: true, min: 1, max: 1e10 }))
      .default(DEFAULT_MAX_PIXELS),
  );
  course(
    new Option('--timeout <seconds>', 'give an image up after this time').argParser(
      numberIn({ integer: false, min: 0.001, max: 1e6 }),
    ),
  );
  course(
    new Option(
      '--shard <i/n>',
      'do only the i-th of n parts, counted from 0; "auto" asks Slurm or Kubernetes (or "auto/n")',
    ),
  );
  course(
    new Option(
      '--dry-run',
      'tell how many images, how long and how much disk: a few are tried, nothing is kept',
    ).default(false),
  );
  course(new Option('--json', 'with --dry-run: print it as JSON').default(false));
  return command;
}

/**
 * The parts of a run that the command line decides.
 *
 * @throws SamError `bad-usage` for a shard that there is not.
 */
export function datasetRunOf(
  inputs: readonly string[],
  options: DatasetOptions,
  { stdin, words }: CommandContext,
): Pick<EstimatedRun, 'selection' | 'output' | 'limits' | 'maxFailures' | 'shard' | 'resume' | 'command'> {
  const { include, exclude, hidden, inputList, overwrite, force, retryFailed, maxFailures, maxPixels, timeout } =
    options;
  return {
    selection: {
      inputs,
      include,
      exclude,
      hidden,
      ...(inputList !== undefined && { inputList: inputList === '-' ? stdin : inputList }),
    },
    output: {
      folder: options.out,
      format: options.outFormat,
      recordsPerFile: options.shardSize ?? options.recordsPerFile,
      copyImages: options.tarImages,
    },
    limits: { maxPixels, ...(timeout !== undefined && { timeoutSeconds: timeout }) },
    ...(maxFailures !== undefined && { maxFailures }),
    shard: options.shard === undefined ? WHOLE : shardFrom(options.shard, process.env),
    resume: { overwrite, force, retryFailed },
    command: words,
  };
}
