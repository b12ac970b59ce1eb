import type { Command } from 'commander';
import { catalogueEntryNamed } from '../../model/catalogue/catalogue.js';
import type { CommandContext } from '../command-context.js';
import { addDatasetOptions, INPUTS_DESCRIPTION, overlayFormatOption } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import {
  addGeneratorOptions,
  calibrationNotices,
  type GeneratorOptions,
  generatorSettingsOf,
  printSettingsOption,
  settingsJsonOf,
} from '../generator-options.js';
import { addMachineOptions, embeddingsOf } from '../machine-options.js';
import { addModelOptions, modelOf } from '../model-options.js';
import { type RunOptions, runCommand } from '../run-command.js';
import { addWordsOptions, type WordsOptions, wordsOf } from '../words-options.js';

type EverythingOptions = GeneratorOptions & RunOptions & WordsOptions & { readonly printSettings?: boolean };

const EXAMPLES = `
Examples:
  All masks of one image, and an overlay to look at:
    sam-cli everything photo.jpg --out masks --overlay overlays
  A folder with all its subfolders; masks/cats/tom.json for photos/cats/tom.jpg:
    sam-cli everything photos --out masks
  Faster and coarser: a quarter of the points:
    sam-cli everything photos --out masks --preset fast
  Exactly as Meta's generator does by default:
    sam-cli everything photos --out masks --preset reference
  As SA-1B was made, which takes 21 crops of each image:
    sam-cli everything photos --out masks --preset sa1b
  A preset with one thing changed, kept in a file for later runs:
    sam-cli everything --preset dense --min-mask-region-area 100 --print-settings > settings.json
    sam-cli everything photos --out masks --config settings.json
  Millions of images, on 8 machines; the same command again goes on where it was:
    sam-cli everything --input-list images.txt --shard 0/8 --out part0 --out-format ndjson.gz
  A labelled COCO dataset of a folder and a list of names, one a line (first \`sam-cli models pull clip-vit-b-32\`):
    sam-cli everything photos --labels labels.txt --out masks --out-format coco
  For a program that watches: one JSON object a line on standard error:
    sam-cli everything photos --out masks --log-format ndjson

Exit codes: 0 all well, 1 some images failed or the run could not go on, 2 wrong usage, 130 interrupted by Ctrl-C
(once: images in flight are finished and written; twice: at once).`;

async function everything(
  inputs: readonly string[],
  options: EverythingOptions,
  command: Command,
  context: CommandContext,
): Promise<number> {
  const model = await modelOf(options);
  const { name, calibratedSettings } = catalogueEntryNamed(model);
  const chosen = await generatorSettingsOf(options, calibratedSettings);
  if (options.printSettings) {
    context.stdout.write(settingsJsonOf(chosen));
    return EXIT.ok;
  }
  // commander would ask for them where only settings are to be printed, too
  if (inputs.length === 0 && options.inputList === undefined)
    command.error("error: missing required argument 'inputs'");
  if (options.out === undefined) command.error("error: required option '-o, --out <folder>' not specified");
  const { settings } = chosen;
  const words = await wordsOf(options, false);
  return runCommand(
    inputs,
    options,
    { kind: 'everything', model, device: options.device, settings, ...(words && { words }), ...embeddingsOf(options) },
    context,
    calibrationNotices(name, chosen),
  );
}

/** Adds `everything` to the program. */
export function addEverythingCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('everything')
    .summary('make all masks of images and folders')
    .description('Makes all masks of images and folders: one SA-1B JSON file with COCO RLE masks per image.')
    .argument('[inputs...]', INPUTS_DESCRIPTION)
    .option(
      '-o, --out <folder>',
      'folder or s3://bucket/prefix: where to write <path under its input folder>.json, and the state of the run in _run',
    )
    .option('--overlay <folder>', 'also write each image with its masks drawn, to look at')
    .addOption(overlayFormatOption());
  addModelOptions(command);
  addDatasetOptions(command);
  addGeneratorOptions(command);
  command.addOption(printSettingsOption());
  addWordsOptions(command, 'kept, without a category');
  addMachineOptions(command);
  command
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], options: EverythingOptions) =>
      context.finish(await everything(inputs, options, command, context)),
    );
}
