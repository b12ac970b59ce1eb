import type { Command } from 'commander';
import { renderRun } from '../../dataset/export/render-run.js';
import type { ImageFormat } from '../../dataset/sinks/overlay-folder.js';
import type { CommandContext } from '../command-context.js';
import { overlayFormatOption } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { addMaskFilterOptions, type MaskFilterOptions, maskFilterOf } from '../mask-filter-options.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  Each image of a run with its masks drawn, as --overlay makes them:
    sam-cli render masks --out overlays
  The ten best masks of each, without loss:
    sam-cli render masks --out overlays --top 10 --format png
  The photos lie elsewhere now:
    sam-cli render masks --out overlays --images /mnt/photos

Exit codes: 0 all drawn, 1 some images could not be read or nothing be written, 2 wrong usage.`;

interface RenderCommandOptions extends MaskFilterOptions {
  readonly out: string;
  readonly format: ImageFormat;
  readonly images?: string;
  readonly overwrite: boolean;
}

/** Adds `render` to the program. */
export function addRenderCommand(program: Command, { stdout, stderr, finish }: CommandContext): void {
  const command = program
    .command('render')
    .summary('draw the masks of a run over its images')
    .description('Draws the masks of a run over its images. No model is needed, but the images are.')
    .argument('<run>', 'output folder of the run')
    .requiredOption('-o, --out <folder>', 'where to write the images')
    .addOption(overlayFormatOption('--format <format>'))
    .option('--images <folder>', 'the folder that the images are in now, named as below the input of the run')
    .option('--overwrite', 'write over what is there', false);
  addMaskFilterOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: RenderCommandOptions) => {
      const { out, format, images, overwrite } = options;
      const counts = await renderRun({
        folder,
        out,
        format,
        overwrite,
        filter: maskFilterOf(options),
        ...(images !== undefined && { images }),
        onFailure: ({ image, code, reason }) => stderr.write(shownLines([`failed: ${image}: ${reason} (${code})`])),
      });
      const failed = counts.failures > 0 ? `, ${counts.failures} could not be drawn` : '';
      stdout.write(shownLines([`${counts.images} images${failed} -> ${out}`]));
      finish(counts.failures > 0 ? EXIT.failures : EXIT.ok);
    });
}
