import { type Command, Option } from 'commander';
import { SamError } from '../../errors.js';
import type { ApArGrid } from '../../evaluate/coco/accumulate.js';
import { curvesSvgOf } from '../../evaluate/coco/curves-svg.js';
import { evaluateRun } from '../../evaluate/coco/evaluate-run.js';
import type { EvaluationReport } from '../../evaluate/coco/evaluation-report.js';
import { SCORE_NAMES, type ScoreName } from '../../evaluate/coco/image-evaluation.js';
import { AREA_NAMES, MAX_MASKS_NAMES } from '../../evaluate/coco/params.js';
import { perImageCsvOf } from '../../evaluate/coco/per-image-csv.js';
import { edgesCsvOf } from '../../evaluate/edges/edges-csv.js';
import { type EdgeReport, evaluateEdges } from '../../evaluate/edges/evaluate-edges.js';
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
  The edges of a run of \`sam-cli edges\`, by the rules of BSDS500 (docs/edges.md):
    sam-cli eval edges --edges --gt segments.json

AR and AP are those of pycocotools' COCOeval, over IoU 0.5 to 0.95 (docs/evaluation.md). Images are the same when their
file_name is; one that the run does not have counts as one in which nothing was found.

Exit codes: 0 evaluated, 1 a record is damaged or a file cannot be written, 2 wrong usage.`;

interface EvalCommandOptions {
  readonly gt: string;
  readonly edges: boolean;
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
    .argument('<RUN>', 'output folder of a run, or a folder of SA-1B files; with --edges, of edge maps (PNG)')
    .requiredOption('--gt <file>', 'COCO file with the segmentations: polygons or RLE, crowds as crowds')
    .option('--edges', "measure edges instead, as BSDS500's boundary benchmark does: ODS, OIS, AP, R50", false)
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
    .action(async (run: string, options: EvalCommandOptions) => {
      const { report, words, csv } = options.edges ? await edgesOf(run, options) : await masksOf(run, options);
      if (options.csv !== undefined) await writeNamedFile(options.csv, csv);
      stdout.write(options.json ? `${JSON.stringify(report)}\n` : words);
      finish(EXIT.ok);
    });
}

/** What is printed and written of an evaluation. */
interface Evaluated {
  readonly report: EvaluationReport | EdgeReport;
  readonly words: string;
  readonly csv: string;
}

async function masksOf(run: string, { gt, score, svg, workers }: EvalCommandOptions): Promise<Evaluated> {
  const report = await evaluateRun({ run, gt, score, ...(workers !== undefined && { threads: workers }) });
  if (svg !== undefined) await writeNamedFile(svg, curvesSvgOf(report.curves));
  return { report, words: reportInWords(report), csv: perImageCsvOf(report.per_image) };
}

async function edgesOf(edges: string, { gt, svg, workers }: EvalCommandOptions): Promise<Evaluated> {
  if (svg !== undefined) throw new SamError('bad-usage', 'Expected no --svg with --edges: its curves are of masks');
  const report = await evaluateEdges({ edges, gt, ...(workers !== undefined && { threads: workers }) });
  return { report, words: edgesInWords(report), csv: edgesCsvOf(report.per_image) };
}

function edgesInWords(report: EdgeReport): string {
  const { images, drawings, images_without_edges, edges_without_gt, ods, ois, ap, r50 } = report;
  const lines = [`${images} images, ${drawings} drawings of their boundaries`];
  if (images_without_edges.length > 0) {
    const [first] = images_without_edges;
    lines.push(`${images_without_edges.length} of the images have no edge map, such as ${first}`);
  }
  if (edges_without_gt > 0)
    lines.push(`${edges_without_gt} edge maps are of images that are not in the ground truth: passed over`);
  const rows = [
    ['ODS', ods.f, ods.recall, ods.precision, ods.threshold],
    ['OIS', ois.f, ois.recall, ois.precision, null],
  ] as const;
  lines.push(
    '',
    ...tableOf([
      ['', 'F', 'recall', 'precision', 'threshold'],
      ...rows.map(([name, ...values]) => [name, ...values.map(inWords)]),
    ]),
  );
  lines.push('', `AP ${inWords(ap)}, R50 ${inWords(r50)}`);
  return `${lines.join('\n')}\n`;
}
