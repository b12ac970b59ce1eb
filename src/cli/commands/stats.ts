import type { Command } from 'commander';
import type { Distribution } from '../../dataset/export/histogram.js';
import { type RunStats, runStatsOf } from '../../dataset/export/run-stats.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { shown, shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  How many masks a run made, of which sizes and scores:
    sam-cli stats masks
  The same for a program:
    sam-cli stats masks --json`;

/** Characters of the longest bar. */
const BAR = 30;

/** A number as people read it. */
function wordOf(value: number | null): string {
  if (value === null) return 'none';
  return Number.isInteger(value) ? `${value}` : value.toFixed(value < 10 ? 3 : 1);
}

/** Rows of a label, a count, its share and a bar. */
function rowsOf(rows: readonly (readonly [label: string, count: number])[]): string[] {
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const labelWidth = Math.max(...rows.map(([label]) => label.length));
  const countWidth = Math.max(...rows.map(([, count]) => `${count}`.length));
  return rows.map(([label, count]) => {
    const percent = total > 0 ? `${((100 * count) / total).toFixed(1)}%` : '';
    const row = `  ${label.padEnd(labelWidth)}  ${`${count}`.padStart(countWidth)}  ${percent.padStart(6)}  ${'#'.repeat(Math.round((BAR * count) / most))}`;
    return row.trimEnd();
  });
}

function distributionRows(title: string, { min, mean, max, bins }: Distribution): string[] {
  const head = `${title}: ${wordOf(min)} to ${wordOf(max)}, mean ${wordOf(mean)}`;
  return [head, ...rowsOf(bins.map(({ from, to, count }) => [`${from.toFixed(1)} to ${to.toFixed(1)}`, count]))];
}

function statsInWords(stats: RunStats): string {
  const { images, masks, failed, failures_by_code, images_per_hour, masks_per_image: each, area_share } = stats;
  const lines = [
    `${images} images, ${masks} masks, ${failed} failed`,
    ...Object.entries(failures_by_code).map(([code, count]) => `  ${code}: ${count}`),
    ...(images_per_hour === null ? [] : [`${wordOf(images_per_hour)} images an hour`]),
    `masks an image: ${wordOf(each.min)} to ${wordOf(each.max)}, median ${wordOf(each.median)}, mean ${wordOf(each.mean)}; ${each.images_without} images without a mask`,
    'area, share of the image:',
    ...rowsOf(area_share.map(({ up_to, count }) => [`up to ${100 * up_to}%`, count])),
    ...distributionRows('predicted IoU', stats.predicted_iou),
    ...distributionRows('stability score', stats.stability_score),
  ];
  const categories = Object.entries(stats.categories).map(([name, count]) => [shown(name), count] as const);
  if (categories.length > 0) lines.push('classes:', ...rowsOf(categories));
  return shownLines(lines);
}

/** Adds `stats` to the program. */
export function addStatsCommand(program: Command, { stdout, finish }: CommandContext): void {
  program
    .command('stats')
    .summary('what a run made, in numbers')
    .description('Counts what a run made: masks an image, their areas and scores, failures, images an hour.')
    .argument('<run>', 'output folder of the run')
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, { json }: { readonly json: boolean }) => {
      const stats = await runStatsOf(folder);
      stdout.write(json ? `${JSON.stringify(stats)}\n` : statsInWords(stats));
      finish(EXIT.ok);
    });
}
