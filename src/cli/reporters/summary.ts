import type { RunEvent } from '../../dataset/scheduler/events.js';
import { clockOf, counted, rateOf } from '../in-words.js';
import { shown } from '../shown.js';
import type { ProgressView } from './run-progress.js';
import { remarksOf } from './text.js';

type RunFinished = Extract<RunEvent, { event: 'run_finished' }>;

function endOf({ interrupted, too_many_failures }: RunFinished): string {
  if (interrupted) return 'Interrupted';
  return too_many_failures ? 'Stopped (--max-failures)' : 'Done';
}

function madeOf({ images, masks, seconds, seconds_per_image, interrupted }: RunFinished): string {
  if (images === 0 && interrupted) return `no image done in ${clockOf(seconds)}`;
  const speed = images > 0 ? ` (${rateOf(60 / seconds_per_image)})` : '';
  return `${counted(images, 'image')}, ${counted(masks, 'mask')} in ${clockOf(seconds)}${speed}`;
}

/** The last lines of a run for a person: what was made and where it is, what failed, what is left. */
export function terminalSummaryOf(event: RunFinished, { total, settled }: ProgressView, out: string): string[] {
  const { images, failures, done_before } = event;
  const lines = [`${endOf(event)}: ${madeOf(event)}${failures > 0 ? `, ${failures} failed` : ''}`];
  if (images + done_before > 0) lines.push(`Results: ${shown(out)}`);
  lines.push(...remarksOf(event));
  const left = total - settled;
  if (left > 0) lines.push(`${counted(left, 'image')} left: the same command goes on.`);
  return lines;
}
