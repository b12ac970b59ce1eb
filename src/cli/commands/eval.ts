import { type Command, Option } from 'commander';
import type { ApArGrid } from '../../evaluate/coco/accumulate.js';
import { curvesSvgOf } from '../../evaluate/coco/curves-svg.js';
import { evaluateRun } from '../../evaluate/coco/evaluate-run.js';
import type { EvaluationReport } from '../../evaluate/coco/evaluation-report.js';
import { SCORE_NAMES, type ScoreName } from '../../evaluate/coco/image-evaluation.js';
import { AREA_NAMES, MAX_MASKS_NAMES } from '../../evaluate/coco/params.js';
import { perImageCsvOf } from '../../evaluate/coco/per-image-csv.js';
import { writeNamedFile } from '../../storage/write-named-file.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { numberIn } from '../parse.js';
import { shownLines } from '../shown.js';
import { tableOf } from '../table.js';

const EXAMPLES = `
Examples:
  How many of the objects that people drew a run finds:
    sam-cli eval masks --gt instances.json
  With the numbers of each image, and curves to look at:
    sam-cli eval masks --gt instances.json --csv images.csv --svg curves.svg
  Masks of a detector's boxes, by class and by the detector's confidence:
    sam-cli segment val2017 --prompts detections.json --out masks
    sam-cli eval masks --gt instances_val2017.json --score score

AR and AP are those of pycocotools' COCOeval, over IoU 0.5 to 0.95 (docs/evaluation.md). Images are the same when their
file_name is; one that the run does not have counts as one in which nothing was found.

Exit codes: 0 evaluated, 1 a record is damaged or a file cannot be written, 2 wrong usage.`;

interface EvalCommandOptions {
  readonly gt: string;
  readonly score: ScoreName;
  readonly csv?: string;
  readonly svg?: string;
  readonly json: boolean;
  readonly workers?: number;
}

const inWords = (value: number | null) => (value === null ? '-' : value.toFixed(4));

function gridInWords(title: string, grid: ApArGrid): string[] {
  const head = [title, ...MAX_MASKS_NAMES.map((name) => `AR@${name}`), 'AP@100', 'AP50@100', 'AP75@100', 'AP@all'];
  const rows = AREA_NAMES.map((area) => {
    const { ap, ap50, ap75 } = grid[area]['100'];
    const recalls = MAX_MASKS_NAMES.map((name) => grid[area][name].ar);
    return [`  ${area}`, ...[...recalls, ap, ap50, ap75, grid[area].all.ap].map(inWords)];
  });
  return ['', ...tableOf([head, ...rows])];
}

function reportInWords(report: EvaluationReport): string {
  const { images, images_without_record, images_without_gt, masks, segments, mean_best_iou, boundary_f } = report;
  const lines = [`${images} images, ${masks} masks, ${segments} objects; masks ranked by ${report.score}`];
  if (images_without_record.length > 0) {
    const [first] = images_without_record;
    lines.push(`${images_without_record.length} of the images have no record in the run, such as ${first}`);
  }
  if (images_without_gt > 0)
    lines.push(`${images_without_gt} images of the run are not in the ground truth: passed over`);
  lines.push(`mean best IoU ${inWords(mean_best_iou)}, boundary F-measure ${inWords(boundary_f)}`);
  lines.push(...gridInWords('masks, all classes as one', report.mask.class_agnostic));
  if (report.mask.by_category) lines.push(...gridInWords('masks, by class', report.mask.by_category));
  lines.push(...gridInWords('boxes, all classes as one', report.box.class_agnostic));
  if (report.box.by_category) lines.push(...gridInWords('boxes, by class', report.box.by_category));
  return shownLines(lines);
}

/** Adds `eval` to the program. */
export function addEvalCommand(program: Command, { stdout, finish }: CommandContext): void {
  program
    .command('eval')
    .summary('what a run is worth against human segmentations')
    .description('Measures the masks of a run against a COCO file of the same images: average recall and precision.')
    .argument('<RUN>', 'output folder of a run, or a folder of SA-1B files')
    .requiredOption('--gt <file>', 'COCO file with the segmentations: polygons or RLE, crowds as crowds')
    .addOption(
      new Option('--score <name>', "what ranks an image's masks; score is that of the prompt")
        .choices(SCORE_NAMES)
        .default('predicted_iou'),
    )
    .option('--csv <file>', 'write the scores of each image')
    .option('--svg <file>', 'write curves: recall by IoU threshold and by number of masks')
    .addOption(
      new Option('--workers <number>', 'threads that match (default: one a core)').argParser(
        numberIn({ integer: true, min: 1, max: 1024 }),
      ),
    )
    .option('--json', 'print the report as JSON, with the scores of each image', false)
    .addHelpText('after', EXAMPLES)
    .action(async (run: string, { gt, score, csv, svg, json, workers }: EvalCommandOptions) => {
      const report = await evaluateRun({ run, gt, score, ...(workers !== undefined && { threads: workers }) });
      if (csv !== undefined) await writeNamedFile(csv, perImageCsvOf(report.per_image));
      if (svg !== undefined) await writeNamedFile(svg, curvesSvgOf(report.curves));
      stdout.write(json ? `${JSON.stringify(report)}\n` : reportInWords(report));
      finish(EXIT.ok);
    });
}
