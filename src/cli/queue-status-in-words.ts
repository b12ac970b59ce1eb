import type { QueuedRunStatus, QueueStatus } from '../queue/queue-status.js';
import { counted, durationInWords } from './in-words.js';
import { shownLines } from './shown.js';

/** Dead letters that are shown of a run. */
const LETTERS = 5;

/** How a queue stands, for a person. */
export function queueStatusInWords({ queue, workers, runs }: QueueStatus): string {
  const lines = [`${queue}: ${counted(runs.length, 'run')}, ${counted(workers.length, 'worker')}`];
  for (const run of runs) lines.push('', ...runInWords(run));
  if (workers.length > 0) lines.push('');
  for (const { host, pid, run, done, failed } of workers) {
    lines.push(
      `worker ${pid} on ${host}: ${run === null ? 'waits' : `run ${run}`}, ${done} images done, ${counted(failed, 'failure')}`,
    );
  }
  return shownLines(lines);
}

function runInWords(status: QueuedRunStatus): string[] {
  const { run, job, model, out, planned, done, failed, remaining, masks, jobs, dead_letters, first_dead_letters } =
    status;
  const lines = [
    `run ${run}: ${job} with ${model} into ${out}: ${stateInWords(status)}`,
    `  ${done} of ${planned} images done, ${failed} failed, ${remaining} to go; ${masks} masks`,
    `  jobs: ${jobs.waiting} wait, ${jobs.active} in work, ${jobs.delayed} wait to be tried again, ${jobs.given_up} given up`,
  ];
  for (const [code, count] of Object.entries(status.failures_by_code)) lines.push(`  ${code}: ${count}`);
  if (status.images_per_minute !== null) lines.push(`  ${status.images_per_minute.toFixed(1)} images a minute`);
  if (status.seconds_left !== null) lines.push(`  about ${durationInWords(status.seconds_left)} left`);
  if (dead_letters > 0) lines.push(`  dead letters: ${dead_letters}`);
  for (const { image, code, reason } of first_dead_letters.slice(0, LETTERS))
    lines.push(`    ${image}: ${code}: ${reason}`);
  return lines;
}

function stateInWords({ state, remaining, jobs }: QueuedRunStatus): string {
  if (state === 'filling') return 'jobs are being added; if nobody does, the same command again goes on';
  if (state === 'open') return jobs.active > 0 ? 'at work' : 'waits for workers';
  return remaining > 0 ? 'finished, but images have no result: put it in the queue again' : 'finished';
}
