import type { Command } from 'commander';
import { type MergeReport, mergeRuns } from '../../dataset/merge/merge-runs.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  The shards that two machines made, as if one had made all:
    sam-cli everything photos --out shard0 --shard 0/2
    sam-cli everything photos --out shard1 --shard 1/2
    sam-cli merge shard0 shard1 --out masks
  What is missing afterwards, the first command finishes in the merged folder:
    sam-cli everything photos --out masks

Exit codes: 0 every image has one record, 1 something failed, is missing or was there twice, 2 wrong usage.`;

interface MergeCommandOptions {
  readonly out: string;
  readonly overwrite: boolean;
  readonly json: boolean;
}

function idsInWords(count: number, first: readonly number[]): string {
  return `${count} (image_id ${first.join(', ')}${count > first.length ? ', ...' : ''})`;
}

function reportInWords(report: MergeReport, out: string): string {
  const { images, masks, planned, failures, gaps, first_gaps, missing_shards, duplicates, first_duplicates, coco } =
    report;
  const lines = [`${images} of ${planned} images, ${masks} masks -> ${out}`];
  if (failures > 0) lines.push(`Failed: ${failures}, see failures.ndjson there`);
  if (gaps > 0) lines.push(`Missing: ${idsInWords(gaps, first_gaps)}`);
  if (missing_shards.length > 0) lines.push(`No folder was given for --shard ${missing_shards.join(', ')}`);
  if (duplicates > 0)
    lines.push(`In several folders: ${idsInWords(duplicates, first_duplicates)}; the first was taken`);
  if (coco !== undefined) lines.push(coco);
  return shownLines(lines);
}

/** Adds `merge` to the program. */
export function addMergeCommand(program: Command, { words, stdout, stderr, finish }: CommandContext): void {
  program
    .command('merge')
    .summary('join the output folders of shards')
    .description(
      'Joins the output folders of a run that was split with --shard, and tells what is missing or there twice.',
    )
    .argument('<folders...>', 'output folders of the shards')
    .requiredOption('-o, --out <folder>', 'output folder of the whole')
    .option('--overwrite', 'remove what an earlier run or merge made there', false)
    .option('--json', 'print the report as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folders: string[], { out, overwrite, json }: MergeCommandOptions) => {
      const onWait = (message: string) => stderr.write(`${message}\n`);
      const report = await mergeRuns({ folders, out, overwrite, command: words, onWait });
      stdout.write(json ? `${JSON.stringify(report)}\n` : reportInWords(report, out));
      const isWhole = report.gaps + report.duplicates + report.failures === 0 && report.coco_is_whole !== false;
      finish(isWhole ? EXIT.ok : EXIT.failures);
    });
}
