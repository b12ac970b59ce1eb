import { type Command, Option } from 'commander';
import { EDGE_DEFAULTS, EDGE_RULES, type EdgeSettings } from '../../edges/edge-settings.js';
import { hyphenatedName } from '../../sam/setting-names.js';
import type { CommandContext } from '../command-context.js';
import { addCourseOptions, addSourceOptions, INPUTS_DESCRIPTION } from '../dataset-options.js';
import { addMachineOptions, embeddingsOf } from '../machine-options.js';
import { addModelOptions, modelOf } from '../model-options.js';
import { numberIn } from '../parse.js';
import { type RunOptions, runCommand } from '../run-command.js';

/** As commander parses them: there is one format, so that nothing is said of formats. */
type EdgesOptions = Omit<
  RunOptions,
  keyof Pick<RunOptions, 'outFormat' | 'recordsPerFile' | 'tarImages' | 'overlayFormat'>
> &
  Omit<EdgeSettings, 'bits'> & { readonly bits: '8' | '16' };

const EXAMPLES = `
Examples:
  The edges of one photograph, as edges/photo.png: white where an object ends, black elsewhere:
    sam-cli edges photo.jpg --out edges
  A folder with all its subfolders; edges/cats/tom.png for photos/cats/tom.jpg:
    sam-cli edges photos --out edges
  Finer edges of smaller things, four times as slow:
    sam-cli edges photos --out edges --points-per-side 32
  How good they are against what people drew (docs/edges.md):
    sam-cli eval edges --edges --gt segments.json

Exit codes: 0 all well, 1 some images failed or the run could not go on, 2 wrong usage, 130 interrupted by Ctrl-C
(once: images in flight are finished and written; twice: at once).`;

/** The settings that are numbers. */
type NumberName = Exclude<keyof EdgeSettings, 'bits'>;

const DESCRIPTIONS: Readonly<Record<NumberName, string>> = {
  pointsPerSide: 'points along one side of the grid: 16 asks about 256 points',
  pointsPerBatch: 'points that go through the decoder together, at most; the edges do not depend on it',
  predIouThresh: 'only edges of masks whose predicted IoU is above this; 0 takes all',
  stabilityScoreThresh: 'only edges of masks whose stability score is at least this; 0 takes all',
  boxNmsThresh: 'masks that overlap a better one by more than this IoU of their boxes are duplicates',
};

/** Adds `edges` to the program. */
export function addEdgesCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('edges')
    .summary('find the edges of things in images')
    .description(
      "Finds edges in images and folders, as the SAM paper's zero-shot edge detection: one grey PNG per image.",
    )
    .argument('[inputs...]', INPUTS_DESCRIPTION)
    .requiredOption(
      '-o, --out <folder>',
      'folder or s3://bucket/prefix: where to write <path under its input folder>.png, and the state of the run in _run',
    );
  addModelOptions(command);
  addSourceOptions(command);
  addCourseOptions(command);
  const edges = (option: Option) => command.addOption(option.helpGroup('Edges (defaults: those of the paper):'));
  for (const [name, description] of Object.entries(DESCRIPTIONS)) {
    const setting = name as NumberName;
    const rule = EDGE_RULES[setting];
    edges(
      new Option(`--${hyphenatedName(name)} <number>`, description)
        .argParser(numberIn(rule))
        .default(EDGE_DEFAULTS[setting]),
    );
  }
  edges(new Option('--bits <number>', 'bits of a level of the PNG').choices(['8', '16']).default('8'));
  addMachineOptions(command);
  command
    .addHelpText('after', EXAMPLES)
    .action(async (inputs: string[], options: EdgesOptions) => context.finish(await edgesOf(inputs, options, context)));
}

async function edgesOf(inputs: readonly string[], options: EdgesOptions, context: CommandContext): Promise<number> {
  const { pointsPerSide, pointsPerBatch, predIouThresh, stabilityScoreThresh, boxNmsThresh, bits } = options;
  const model = await modelOf(options);
  const settings: EdgeSettings = {
    pointsPerSide,
    pointsPerBatch,
    predIouThresh,
    stabilityScoreThresh,
    boxNmsThresh,
    bits: bits === '16' ? 16 : 8,
  };
  return runCommand(
    inputs,
    { ...options, outFormat: 'edge-maps', recordsPerFile: 1, tarImages: false, overlayFormat: 'png' },
    { kind: 'edges', model, device: options.device, settings, ...embeddingsOf(options) },
    context,
  );
}
