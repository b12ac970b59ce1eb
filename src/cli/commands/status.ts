import type { Command } from 'commander';
import { type RunStatus, runStatusOf } from '../../dataset/run-reader/run-status.js';
import { isRedisAddress } from '../../queue/redis/redis-address.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-codes.js';
import { durationInWords } from '../in-words.js';
import { queueAddressOf } from '../queue-options.js';
import { queueStatusInWords } from '../queue-status-in-words.js';
import { shownLines } from '../shown.js';

const EXAMPLES = `
Examples:
  How far a run is, from another terminal:
    sam-cli status masks
  How the runs of a queue stand, and who works on them:
    sam-cli status redis://queue.example:6379
  The same for a program:
    sam-cli status masks --json`;

function statusInWords(status: RunStatus): string {
  const { running, process: holder, planned, done, failed, remaining, masks, shard, batches_noted } = status;
  const part = shard.count > 1 ? ` (shard ${shard.index}/${shard.count})` : '';
  let state = remaining > 0 ? 'stopped before its end; the same command goes on' : 'finished';
  if (batches_noted > 0)
    state = `${batches_noted} jobs done by workers of a queue, which are not counted here; sam-cli status redis://... does`;
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

async function folderText(folder: string, asJson: boolean): Promise<string> {
  const status = await runStatusOf(folder);
  return asJson ? `${JSON.stringify(status)}\n` : statusInWords(status);
}

async function queueText(url: string, asJson: boolean): Promise<string> {
  const address = queueAddressOf(url);
  // its packages are needed by nobody else
  const { queueStatusOf } = await import('../../queue/queue-status.js');
  const status = await queueStatusOf(address);
  return asJson ? `${JSON.stringify(status)}\n` : queueStatusInWords(status);
}

/** Adds `status` to the program. */
export function addStatusCommand(program: Command, { stdout, finish }: CommandContext): void {
  program
    .command('status')
    .summary('how far a run is')
    .description(
      'Tells how the run of an output folder, or the runs of a queue, stand, at work or ended. Changes nothing.',
    )
    .argument('<folder>', 'output folder of the run, or redis://host:port of a queue')
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, { json }: { readonly json: boolean }) => {
      stdout.write(isRedisAddress(folder) ? await queueText(folder, json) : await folderText(folder, json));
      finish(EXIT.ok);
    });
}
