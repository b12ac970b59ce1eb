import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_PRESET, PRESET_NAMES } from '../../amg/presets.js';
import { PROMPT_FORMATS, type PromptFormat } from '../../dataset/prompts/prompt-set.js';
import type { SamePrompts } from '../../dataset/prompts/same-prompts.js';
import { SamError } from '../../errors.js';
import type { EverythingJob, PromptsReference, Words } from '../../execute/job.js';
import { catalogueEntryNamed } from '../../model/catalogue/catalogue.js';
import { SEGMENT_DEFAULTS, SEGMENT_RULES, type SegmentSettings } from '../../segment/segment-image.js';
import type { CommandContext } from '../command-context.js';
import { addDatasetOptions, INPUTS_DESCRIPTION, overlayFormatOption } from '../dataset-options.js';
import { calibrationNotices, generatorSettingsOf } from '../generator-options.js';
import { addMachineOptions, embeddingsOf } from '../machine-options.js';
import { addModelOptions, modelOf } from '../model-options.js';
import { numberIn } from '../parse.js';
import { addQueueOptions } from '../queue-options.js';
import { type RunOptions, runCommand } from '../run-command.js';
import { addWordsOptions, type WordsOptions, wordsOf } from '../words-options.js';

interface SegmentOptions extends RunOptions, WordsOptions {
  readonly point: SamePrompts['points'];
  readonly box: SamePrompts['boxes'];
  readonly relative: boolean;
  readonly prompts?: string;
  readonly promptsFormat?: PromptFormat;
  readonly multimask: boolean;
  readonly refine: number;
  readonly promptsPerBatch?: number;
  readonly preset?: string;
}

const EXAMPLES = `
Examples:
  The object at a point, in each image of a folder, and images to look at:
    sam-cli segment photos --point 320,240 --out masks --overlay overlays
  The object in a box, without what lies at a point of it (label 0):
    sam-cli segment photo.jpg --box 130,40,470,350 --point 150,330,0 --out masks
  Whatever is in the middle, whatever the size of the images:
    sam-cli segment photos --point 0.5,0.5 --relative --out masks
  A detection dataset becomes a segmentation dataset, ids and categories intact:
    sam-cli segment val2017 --prompts instances.json --out masks --out-format coco
  YOLO labels, or LabelMe files, a file an image:
    sam-cli segment images --prompts labels --out masks
  Whatever shows one of these, each with a score; every mask of the image is looked at (first \`sam-cli models pull clip-vit-b-32\`):
    sam-cli segment photos --text "a red mug" --text "a spoon" --out masks --overlay overlays
  The best of the masks of a detector's boxes for some words:
    sam-cli segment photos --prompts boxes.csv --text "a red mug" --top 1 --out masks
  A second pass with other prompts costs decoder time only:
    sam-cli segment photos --prompts first.csv --out first --embeddings cache
    sam-cli segment photos --prompts second.csv --out second --embeddings cache

Formats of prompt files: docs/segment.md. Exit codes: 0 all well, 1 some images failed or the run could not go on, 2 wrong
usage, 130 interrupted by Ctrl-C (once: images in flight are finished and written; twice: at once).`;

/** A commander parser for numbers between commas, gathered over repetitions. */
function collectNumbers(names: readonly string[], optional = 0) {
  return (text: string, earlier: readonly (readonly number[])[]) => {
    const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    const isComplete = numbers.length <= names.length && numbers.length >= names.length - optional;
    if (!isComplete || !numbers.every(Number.isFinite)) {
      throw new InvalidArgumentError(`Expected ${names.join(',')} in numbers but received "${text}".`);
    }
    return [...earlier, numbers];
  };
}

function collectPoints(text: string, earlier: SamePrompts['points']): SamePrompts['points'] {
  const points = collectNumbers(['x', 'y', 'label'], 1)(text, earlier);
  const [x, y, label = 1] = points[points.length - 1];
  if (label !== 0 && label !== 1) {
    throw new InvalidArgumentError(`Expected label 1 (object) or 0 (background) but received "${text}".`);
  }
  return [...earlier, [x, y, label]];
}

/** Where the options say that prompts come from; undefined when they say nothing of prompts. */
function promptsOf(options: SegmentOptions): PromptsReference | undefined {
  const { point, box, relative, prompts: path, promptsFormat } = options;
  const isOnLine = point.length + box.length > 0;
  if (isOnLine && path !== undefined) {
    throw new SamError('bad-usage', 'Expected either --point and --box or --prompts but received both');
  }
  if (!isOnLine && path === undefined) return undefined;
  if (path === undefined) return { kind: 'same', points: point, boxes: box, isRelative: relative };
  return { kind: 'file', path, isRelative: relative, ...(promptsFormat && { format: promptsFormat }) };
}

async function segment(inputs: readonly string[], options: SegmentOptions, context: CommandContext): Promise<number> {
  const { multimask, refine, promptsPerBatch = SEGMENT_DEFAULTS.promptsPerBatch, outFormat } = options;
  if (outFormat === 'coco' && multimask) {
    throw new SamError('bad-usage', 'Expected one mask an annotation for --out-format coco but received --multimask');
  }
  const prompts = promptsOf(options);
  const words = await wordsOf(options, true);
  if (!prompts && words) return segmentByWords(inputs, options, { model: await modelOf(options), words }, context);
  if (!prompts) {
    const message = 'Expected --point, --box or --prompts, or --text or --labels, but received none';
    throw new SamError('bad-usage', message);
  }
  if (options.preset !== undefined) {
    throw new SamError('bad-usage', 'Expected no --preset beside prompts: it says which masks words are looked for in');
  }
  const settings: SegmentSettings = {
    ...SEGMENT_DEFAULTS,
    multimask: multimask ? true : 'best',
    refine,
    promptsPerBatch,
  };
  return runCommand(
    inputs,
    options,
    {
      kind: 'segment',
      model: await modelOf(options),
      device: options.device,
      settings,
      prompts,
      ...(words && { words }),
      ...embeddingsOf(options),
    },
    context,
  );
}

/** What says how prompts are read and answered was meant for some. */
function refuseOfPrompts({ multimask, refine, promptsPerBatch, relative, promptsFormat }: SegmentOptions): void {
  const given = {
    '--multimask': multimask,
    '--refine': refine > 0,
    '--prompts-per-batch': promptsPerBatch !== undefined,
    '--relative': relative,
    '--prompts-format': promptsFormat !== undefined,
  };
  const first = Object.entries(given).find(([, isGiven]) => isGiven);
  if (first) throw new SamError('bad-usage', `Expected prompts for ${first[0]} but received words alone`);
}

/** Words alone are looked for among all masks of an image. */
async function segmentByWords(
  inputs: readonly string[],
  options: SegmentOptions,
  { model, words }: Pick<EverythingJob, 'model'> & { readonly words: Words },
  context: CommandContext,
): Promise<number> {
  refuseOfPrompts(options);
  const { name, calibratedSettings } = catalogueEntryNamed(model);
  const { preset } = options;
  const chosen = await generatorSettingsOf(preset === undefined ? {} : { preset }, calibratedSettings);
  return runCommand(
    inputs,
    options,
    {
      kind: 'everything',
      model,
      device: options.device,
      settings: chosen.settings,
      words,
      ...embeddingsOf(options),
    },
    context,
    calibrationNotices(name, chosen),
  );
}

/** Adds `segment` to the program. */
export function addSegmentCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('segment')
    .summary('make the masks that points, boxes, masks and words ask for')
    .description(
      'Makes the masks that points, boxes, masks and words ask for, in images and folders: one record per image.',
    )
    .argument('[inputs...]', INPUTS_DESCRIPTION)
    .requiredOption(
      '-o, --out <folder>',
      'folder or s3://bucket/prefix: where to write <path under its input folder>.json, and the state of the run in _run',
    )
    .option('--overlay <folder>', 'also write each image with its masks drawn, to look at')
    .addOption(overlayFormatOption());
  addModelOptions(command);
  const prompts = (option: Option) => command.addOption(option.helpGroup('Prompts:'));
  prompts(
    new Option('--point <x,y[,label]>', 'a point of the object, in pixels; label 0 for background; may be repeated')
      .argParser(collectPoints)
      .default([], 'none'),
  );
  prompts(
    new Option('--box <x0,y0,x1,y1>', 'a box around an object, in pixels; may be repeated')
      .argParser(collectNumbers(['x0', 'y0', 'x1', 'y1']))
      .default([], 'none'),
  );
  prompts(new Option('--relative', 'coordinates are shares of the sides, 0 to 1').default(false));
  prompts(
    new Option('--prompts <path>', 'prompts of each image: .json, .ndjson, .csv, COCO; a folder of YOLO or LabelMe'),
  );
  prompts(
    new Option('--prompts-format <format>', 'format of --prompts (default: as it looks)').choices(PROMPT_FORMATS),
  );
  const masks = (option: Option) => command.addOption(option.helpGroup('Masks:'));
  masks(new Option('--multimask', 'keep all three masks of each prompt instead of the best').default(false));
  masks(
    new Option('--refine <number>', 'times that each mask is fed back as a prompt beside its own')
      .argParser(numberIn(SEGMENT_RULES.refine))
      .default(SEGMENT_DEFAULTS.refine),
  );
  masks(
    new Option(
      '--prompts-per-batch <number>',
      `prompts that go through the decoder together, at most (default: ${SEGMENT_DEFAULTS.promptsPerBatch})`,
    ).argParser(numberIn(SEGMENT_RULES.promptsPerBatch)),
  );
  addWordsOptions(command, 'left out');
  command.addOption(
    new Option('--preset <name>', `with words alone, which masks they are looked for in (default: "${DEFAULT_PRESET}")`)
      .choices(PRESET_NAMES)
      .helpGroup('Words (docs/text.md):'),
  );
  addDatasetOptions(command);
  addMachineOptions(command);
  addQueueOptions(command);
  command.addHelpText('after', EXAMPLES).action(async (inputs: string[], options: SegmentOptions) => {
    // commander would ask for them beside a list, too
    if (inputs.length === 0 && options.inputList === undefined)
      command.error("error: missing required argument 'inputs'");
    context.finish(await segment(inputs, options, context));
  });
}
