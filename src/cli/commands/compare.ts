import { type Command, Option } from 'commander';
import { compareRuns, openRunPair } from '../../evaluate/compare/compare-runs.js';
import { comparisonHtmlOf } from '../../evaluate/compare/comparison-html.js';
import { type ComparisonReport, type ImageReport, matchedShareOf } from '../../evaluate/compare/comparison-report.js';
import { writeNamedFile } from '../../storage/write-named-file.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { numberIn } from '../parse.js';
import { shown, shownLines } from '../shown.js';
import { tableOf } from '../table.js';

const EXAMPLES = `
Examples:
  Whether two runs over the same images made the same masks:
    sam-cli compare before after
  In CI: what a new version makes of some images, against what is kept in the repository (docs/ci.md):
    sam-cli everything test-images --out now && sam-cli compare goldens now --min-match 0.97 --iou 0.9
  The masks that differ, side by side, to look at in a browser:
    sam-cli compare before after --html differences.html
  For a program, with the numbers of each image:
    sam-cli compare goldens now --json

A and B are output folders of runs in any format, or folders of SA-1B files. Images are the same when their file_name is;
masks are when their IoU is at least --iou, each mask in one pair at most.

Exit codes: 0 alike, 1 below the line, an image missing or a record damaged, 2 wrong usage.`;

interface CompareCommandOptions {
  readonly minMatch: number;
  readonly iou: number;
  readonly json: boolean;
  readonly html?: string;
  readonly workers?: number;
}

/** Images named in the table and in messages; the counts are of all. */
const NAMED_IMAGES = 10;

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

function rowOf(
  name: string,
  { a_masks, b_masks, matched, a_matched, b_matched, mean_iou }: Omit<ImageReport, 'image'>,
) {
  const iou = mean_iou === null ? '-' : mean_iou.toFixed(4);
  return [shown(name), `${a_masks}`, `${b_masks}`, `${matched}`, percent(a_matched), percent(b_matched), iou];
}

function namesInWords(names: readonly string[]): string {
  const more = names.length > NAMED_IMAGES ? `, and ${names.length - NAMED_IMAGES} more` : '';
  return names.slice(0, NAMED_IMAGES).join(', ') + more;
}

function reportInWords(report: ComparisonReport): string {
  const { a, b, iou, images, missing_in_a, missing_in_b, predicted_iou, stability_score, per_image } = report;
  const worse = per_image
    .filter((image) => matchedShareOf(image) < 1)
    .sort((p, q) => matchedShareOf(p) - matchedShareOf(q));
  const rows = [
    ['', 'A', 'B', 'matched', 'of A', 'of B', 'mean IoU'],
    rowOf(`all ${images} images`, report),
    ...worse.slice(0, NAMED_IMAGES).map((image) => rowOf(image.image, image)),
  ];
  const lines = [`A: ${a}`, `B: ${b}`, `Masks are the same from an IoU of ${iou}`, '', ...tableOf(rows)];
  if (worse.length > NAMED_IMAGES) lines.push(`and ${worse.length - NAMED_IMAGES} more images that differ`);
  lines.push('');
  for (const [name, { mean_difference, max_difference }] of Object.entries({ predicted_iou, stability_score })) {
    lines.push(
      `${name} of the matched differs by ${mean_difference.toExponential(1)} in the mean, at most ${max_difference.toExponential(1)}`,
    );
  }
  for (const { image, sizes } of per_image.filter((each) => each.sizes).slice(0, NAMED_IMAGES)) {
    lines.push(`${image} is ${sizes?.join(' in A and ')} in B: no mask can be the same`);
  }
  if (missing_in_a.length > 0) lines.push(`Missing in A: ${namesInWords(missing_in_a)}`);
  if (missing_in_b.length > 0) lines.push(`Missing in B: ${namesInWords(missing_in_b)}`);
  return shownLines(lines);
}

/** What is wrong, in one sentence for a log: it names the worst image. */
function failureInWords(report: ComparisonReport): string {
  const { min_match, iou, a_matched, b_matched, a, b, missing_in_a, missing_in_b, worst } = report;
  const problems: string[] = [];
  if (Math.min(a_matched, b_matched) < min_match) {
    const line = `${percent(min_match)} of the masks of each run to have a match of IoU ${iou} or more`;
    const found = `${percent(a_matched)} of those of ${a} and ${percent(b_matched)} of those of ${b} have one`;
    problems.push(`Expected ${line} but ${found}`);
    if (worst) {
      const { image, a_masks, b_masks, matched } = worst;
      problems.push(`Worst image: ${image} (${matched} matched, ${a_masks} in ${a}, ${b_masks} in ${b})`);
    }
  }
  for (const [folder, missing] of [
    [a, missing_in_a],
    [b, missing_in_b],
  ] as const) {
    if (missing.length > 0)
      problems.push(
        `Expected the same images but ${missing.length} are missing in ${folder}: ${namesInWords(missing)}`,
      );
  }
  return `sam-cli: ${shownLines(problems)}`;
}

/** Adds `compare` to the program. */
export function addCompareCommand(program: Command, { stdout, stderr, finish }: CommandContext): void {
  const share = numberIn({ integer: false, min: 0, max: 1 });
  program
    .command('compare')
    .summary('how far two runs made the same masks')
    .description('Compares two runs mask by mask, and fails when they are further apart than they may be.')
    .argument('<A>', 'output folder of a run, or a folder of SA-1B files')
    .argument('<B>', 'the same of the other one')
    .addOption(
      new Option('--min-match <share>', 'share of the masks of each run that must have a match')
        .argParser(share)
        .default(0.97),
    )
    .addOption(
      new Option('--iou <x>', 'IoU from which two masks are the same')
        .argParser(numberIn({ integer: false, min: 0.01, max: 1 }))
        .default(0.9),
    )
    .addOption(
      new Option('--workers <number>', 'threads that match (default: one a core)').argParser(
        numberIn({ integer: true, min: 1, max: 1024 }),
      ),
    )
    .option('--html <file>', 'write a page with the masks that differ, side by side')
    .option('--json', 'print the report as JSON, with the numbers of each image', false)
    .addHelpText('after', EXAMPLES)
    .action(async (a: string, b: string, { minMatch, iou, json, html, workers }: CompareCommandOptions) => {
      const threads = workers === undefined ? {} : { threads: workers };
      const runs = await openRunPair(a, b);
      const report = await compareRuns(runs, { minMatch, minIou: iou, ...threads });
      if (html !== undefined) await writeNamedFile(html, await comparisonHtmlOf(runs, report));
      stdout.write(json ? `${JSON.stringify(report)}\n` : reportInWords(report));
      if (!report.passed) stderr.write(failureInWords(report));
      finish(report.passed ? EXIT.ok : EXIT.failures);
    });
}
