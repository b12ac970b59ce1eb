import type { Command } from 'commander';
import { type RunStatus, runStatusOf } from '../../dataset/run-reader/run-status.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { durationInWords } from '../in-words.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  How far a run is, from another terminal:
    sam-cli status masks
  The same for a program:
    sam-cli status masks --json`;

function statusInWords(status: RunStatus): string {
  const { running, process: holder, planned, done, failed, remaining, masks, shard } = status;
  const part = shard.count > 1 ? ` (shard ${shard.index}/${shard.count})` : '';
  let state = remaining > 0 ? 'stopped before its end; the same command goes on' : 'finished';
  if (running) state = `running as process ${holder?.pid} on ${holder?.host}`;
  const lines = [
    `${status.job}${part}: ${state}`,
    `${done} of ${planned} images done, ${failed} failed, ${remaining} to go; ${masks} masks`,
  ];
  for (const [code, count] of Object.entries(status.failures_by_code)) lines.push(`  ${code}: ${count}`);
  lines.push(`last started ${status.started_at}, last image ${status.updated_at ?? 'none yet'}`);
  if (status.images_per_minute !== null) lines.push(`${status.images_per_minute.toFixed(1)} images a minute`);
  if (status.seconds_left !== null) lines.push(`about ${durationInWords(status.seconds_left)} left`);
  return shownLines(lines);
}

/** Adds `status` to the program. */
export function addStatusCommand(program: Command, { stdout, finish }: CommandContext): void {
  program
    .command('status')
    .summary('how far a run is')
    .description('Tells how the run of an output folder stands, whether it is at work or ended. Changes nothing.')
    .argument('<folder>', 'output folder of the run')
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, { json }: { readonly json: boolean }) => {
      const status = await runStatusOf(folder);
      stdout.write(json ? `${JSON.stringify(status)}\n` : statusInWords(status));
      finish(EXIT.ok);
    });
}
