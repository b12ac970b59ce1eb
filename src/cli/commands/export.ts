import { type Command, Option } from 'commander';
import { EXPORT_FORMATS, type ExportFormat } from '../../dataset/export/export-formats.js';
import { exportRun } from '../../dataset/export/export-run.js';
import type { MaskStyle } from '../../formats/exported-image.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { addMaskFilterOptions, type MaskFilterOptions, maskFilterOf } from '../mask-filter-options.js';
import { numberIn } from '../parse.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Formats (docs/export.md):
  a file:    coco, coco-results, label-studio, cvat
  a folder:  yolo-seg, labelme, geojson, png, labelmap, fiftyone, sa1b

Examples:
  One COCO file of a run, whatever the run's own format is:
    sam-cli export masks --to coco --out annotations.json
  Polygons instead of run lengths, at most a pixel off:
    sam-cli export masks --to coco --segmentation polygons --simplify 1 --out annotations.json
  Only good masks, and none that is smaller than 0.1 % of its image:
    sam-cli export masks --to yolo-seg --min-predicted-iou 0.9 --min-area 0.1% --out dataset
  Outlines on a map, of aerial images that are GeoTIFFs:
    sam-cli export masks --to geojson --coordinates map --out outlines
  Label Studio, which finds images by a URL or its local storage:
    sam-cli export masks --to label-studio --image-prefix "/data/local-files/?d=photos/" --out tasks.json

Exit codes: 0 written, 1 a result could not be read or a file not be written, 2 wrong usage.`;

interface ExportCommandOptions extends MaskFilterOptions {
  readonly to: ExportFormat;
  readonly out: string;
  readonly segmentation?: MaskStyle['segmentation'];
  readonly simplify: number;
  readonly imagePrefix: string;
  readonly coordinates: 'pixels' | 'map';
  readonly images?: string;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/** Adds `export` to the program. */
export function addExportCommand(program: Command, { stdout, finish }: CommandContext): void {
  const command = program
    .command('export')
    .summary('write the masks of a run in another format')
    .description("Writes the masks of a run in the format of another tool, whatever the run's own format is.")
    .argument('<run>', 'output folder of the run')
    .addOption(new Option('--to <format>', 'the format').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('-o, --out <path>', 'the file, or the folder, to write')
    .addOption(
      new Option('--segmentation <kind>', 'run lengths, which are exact, or polygons; for formats that have both')
        .choices(['rle', 'polygons'])
        .default(undefined, 'rle'),
    )
    .addOption(
      new Option('--simplify <pixels>', 'leave corners of polygons out that lie no farther from the line than this')
        .argParser(numberIn({ integer: false, min: 0, max: 1e6 }))
        .default(0),
    )
    .addOption(
      new Option('--coordinates <kind>', 'of geojson: pixels, or those of the map that a GeoTIFF lies on')
        .choices(['pixels', 'map'])
        .default('pixels'),
    )
    .option('--images <folder>', 'with --coordinates map: the folder that the images are in now')
    .option('--image-prefix <text>', 'written before the names of images', '')
    .option('--overwrite', 'write over what is there', false)
    .option('--json', 'print what was written as JSON', false);
  addMaskFilterOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: ExportCommandOptions) => {
      const { to, out, segmentation, simplify, imagePrefix, coordinates, images, overwrite, json } = options;
      const style = { simplify, imagePrefix, ...(segmentation && { segmentation }) };
      const report = await exportRun({
        folder,
        format: to,
        out,
        filter: maskFilterOf(options),
        style,
        coordinates,
        ...(images !== undefined && { imageFolder: images }),
        overwrite,
      });
      const leftOut = report.left_out > 0 ? `, ${report.left_out} left out` : '';
      const words = `${report.masks} masks of ${report.images} images${leftOut} -> ${out}`;
      stdout.write(json ? `${JSON.stringify(report)}\n` : shownLines([words]));
      finish(EXIT.ok);
    });
}
