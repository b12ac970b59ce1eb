import { type Command, Option } from 'commander';
import { DEFAULT_MAX_SIDE, type ViewReport, viewRun } from '../../dataset/report/view-run.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { counted } from '../in-words.js';
import { endedByInterrupt } from '../interrupt.js';
import { addMaskFilterOptions, type MaskFilterOptions, maskFilterOf } from '../mask-filter-options.js';
import { numberIn } from '../parse.js';
import { imageCount } from '../reporters/image-count.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  A report of a run, to open in a browser (docs/view.md):
    sam-cli view masks
  Of its best masks only, somewhere else:
    sam-cli view masks --min-predicted-iou 0.9 --top 50 --out report
  The images lie elsewhere now:
    sam-cli view masks --images /mnt/photos

A report is made again by the same command. It can be moved and sent: all that it needs is in its folder.

Exit codes: 0 written, 1 a result could not be read or nothing be written, 2 wrong usage, 130 Ctrl-C: no report is left.`;

interface ViewCommandOptions extends MaskFilterOptions {
  readonly out?: string;
  readonly images?: string;
  readonly maxSide: number;
  readonly json: boolean;
}

function reportInWords({ page, images, masks, left_out, failed }: ViewReport): string {
  const leftOut = left_out > 0 ? `, ${left_out} left out` : '';
  const failures = failed > 0 ? `, ${counted(failed, 'failure')}` : '';
  return `${counted(images, 'image')}, ${counted(masks, 'mask')}${leftOut}${failures} -> ${page}`;
}

/** Adds `view` to the program. */
export function addViewCommand(program: Command, { stdout, stderr, finish }: CommandContext): void {
  const command = program
    .command('view')
    .summary('a report of a run, to look at in a browser')
    .description(
      'Writes a report of a run that a browser opens from the disk: images, masks, scores, failures, settings.',
    )
    .argument('<run>', 'output folder of the run')
    .option('-o, --out <folder>', 'folder of the report (default: _report below that of the run)')
    .option('--images <folder>', 'the folder that the images are in now, named as below the input of the run')
    .addOption(
      new Option('--max-side <pixels>', 'longest side of images in the report; masks stay exact')
        .argParser(numberIn({ integer: true, min: 16, max: 16_384 }))
        .default(DEFAULT_MAX_SIDE),
    )
    .option('--json', 'print what was written as JSON', false);
  addMaskFilterOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: ViewCommandOptions) => {
      const { out, images, maxSide, json } = options;
      const { onProgress, close } = imageCount(stderr);
      const written = async (signal: AbortSignal) => {
        const report = await viewRun({
          ...{ folder, maxSide, filter: maskFilterOf(options), signal, onProgress },
          ...(out !== undefined && { out }),
          ...(images !== undefined && { images }),
        });
        close();
        const { without_file } = report;
        if (without_file > 0)
          stderr.write(
            `${counted(without_file, 'image')} could not be read: masks stand on a plain ground (--images)\n`,
          );
        stdout.write(json ? `${JSON.stringify(report)}\n` : shownLines([reportInWords(report)]));
        return EXIT.ok;
      };
      try {
        const exitCode = await endedByInterrupt(written, close);
        close();
        if (exitCode === EXIT.interrupted) stderr.write('Stopped: no report was written.\n');
        finish(exitCode);
      } finally {
        close();
      }
    });
}
