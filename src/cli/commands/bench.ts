import { type Command, Option } from 'commander';
import { type BenchReport, benchMachine } from '../../diagnose/bench-machine.js';
import { catalogueEntryNamed } from '../../model/catalogue/catalogue.js';
import type { CommandContext } from '../command-context.js';
import { INPUTS_DESCRIPTION } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { addGeneratorOptions, type GeneratorOptions, generatorSettingsOf } from '../generator-options.js';
import { bytesInWords, durationInWords } from '../in-words.js';
import { endedByInterrupt } from '../interrupt.js';
import { addModelOptions, type ModelOptions, modelOf } from '../model-options.js';
import { numberIn } from '../parse.js';
import { shownLines } from '../shown.js';
import { tableOf } from '../table.js';

const EXAMPLES = `
Examples:
  What this machine does with the default preset, and the flags to use:
    sam-cli bench
  How long a folder will take with another one; a few of its images are tried:
    sam-cli bench photos --preset fast
  How long a million images would take:
    sam-cli bench photos --images 1000000

Nothing is kept. The machine should have nothing else to do.

Exit codes: 0 measured, 1 the model cannot be loaded or no image be read, 2 wrong usage, 130 interrupted by Ctrl-C.`;

type BenchCommandOptions = GeneratorOptions &
  ModelOptions & {
    readonly images?: number;
    readonly json: boolean;
  };

function reportInWords({ model, arrangements, images, seconds, bytes }: BenchReport): string {
  const head = ['', 'images/hour', 's/image', 'encode', 'decode', 'select', 'finish'];
  const rows = arrangements.map(({ workers, threads, images_per_hour, seconds_per_image, stages }) => [
    `--workers ${workers} --threads ${threads}`,
    images_per_hour.toFixed(0),
    seconds_per_image.toFixed(2),
    ...[stages.encode, stages.decode, stages.select, stages.finish].map((each) => each.toFixed(2)),
  ]);
  const [best] = arrangements;
  const memory = Math.max(...arrangements.map(({ peak_memory }) => peak_memory));
  const lines = [
    `${model}, ${best.tried} images tried each way; stages are seconds of one image in its worker`,
    '',
    ...tableOf([head, ...rows]),
    '',
    `peak memory: ${bytesInWords(memory)}`,
    `best here: --workers ${best.workers} --threads ${best.threads}`,
    `${images} images: about ${durationInWords(seconds)}, ${bytesInWords(bytes)} of results`,
  ];
  return shownLines(lines);
}

/** Adds `bench` to the program. */
export function addBenchCommand(program: Command, { stdout, stderr, finish }: CommandContext): void {
  const command = program
    .command('bench')
    .summary('what this machine does, and the flags to use')
    .description('Measures how fast this machine makes masks, with the cores shared out in several ways.')
    .argument('[inputs...]', `${INPUTS_DESCRIPTION} (default: images made up)`)
    .addOption(
      new Option('--images <number>', 'images to estimate for (default: those of the inputs)').argParser(
        numberIn({ integer: true, min: 1, max: 1e12 }),
      ),
    )
    .option('--json', 'print it as JSON', false);
  addGeneratorOptions(command);
  addModelOptions(command);
  command.addHelpText('after', EXAMPLES).action(async (inputs: string[], options: BenchCommandOptions) => {
    const { images, json, device } = options;
    const model = await modelOf(options);
    const { settings } = await generatorSettingsOf(options, catalogueEntryNamed(model).calibratedSettings);
    const exitCode = await endedByInterrupt(async (signal) => {
      const report = await benchMachine({
        job: { kind: 'everything', model, settings, device },
        inputs,
        ...(images !== undefined && { images }),
        onTry: ({ workers, threads }) => stderr.write(`Trying --workers ${workers} --threads ${threads}\n`),
        signal,
      });
      stdout.write(json ? `${JSON.stringify(report)}\n` : reportInWords(report));
      return EXIT.ok;
    });
    finish(exitCode);
  });
}
