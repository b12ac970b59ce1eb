import type { RunEvent, RunListener, RunSummary } from '../../dataset/scheduler/events.js';
import { counted } from '../in-words.js';
import { shown } from '../shown.js';

/** Levels of the log: `debug` adds the seconds of each stage. */
export type LogLevel = 'info' | 'debug';

/** The line that ends a run. */
function summaryLineOf({
  images,
  masks,
  failures,
  seconds,
  seconds_per_image,
  interrupted,
  too_many_failures,
}: RunSummary): string {
  const rate = images > 0 ? `, ${seconds_per_image.toFixed(2)} s an image` : '';
  let end = 'Done';
  if (too_many_failures) end = 'Stopped (--max-failures)';
  if (interrupted) end = 'Interrupted';
  return `${end}: ${counted(images, 'image')}, ${counted(masks, 'mask')} in ${seconds.toFixed(1)} s${rate}, ${counted(failures, 'failure')}.`;
}

/** What a summary says beyond its numbers, when there is anything to say. */
export function remarksOf(event: Extract<RunEvent, { event: 'run_finished' }>): string[] {
  const { images, prompts, done_before, failed_before, failures_file } = event;
  const remarks: string[] = [];
  if (images > 0) remarks.push(`Asked: ${counted(prompts, 'prompt')}, ${Math.round(prompts / images)} an image.`);
  if (done_before > 0) remarks.push(`${counted(done_before, 'image')} were done before.`);
  if (failed_before > 0) remarks.push(`${counted(failed_before, 'image')} failed before (--retry-failed tries again).`);
  if (failures_file !== undefined) remarks.push(`What failed, and why: ${shown(failures_file)}`);
  return remarks;
}

function stagesLineOf(event: Extract<RunEvent, { event: 'image_done' }>): string {
  const stages = Object.entries(event.stages).map(([name, seconds]) => `${name} ${seconds.toFixed(3)} s`);
  return `  ${shown(event.image)}: ${counted(event.prompts, 'prompt')}; ${stages.join(', ')}`;
}

/** The lines of an event that a person reads; empty for those that only a bar shows. */
export function linesOf(event: RunEvent, level: LogLevel): string[] {
  switch (event.event) {
    case 'run_started':
      return [
        `${counted(event.images, 'image')}${event.settled_before > 0 ? ' to go' : ''}, ${counted(event.workers, 'worker')} x ${counted(event.threads, 'thread')}`,
      ];
    case 'notice':
      return [shown(`Note: ${event.message}`)];
    case 'image_done': {
      const made = `${counted(event.masks, 'mask')} in ${event.seconds.toFixed(1)} s`;
      const line = `${shown(event.image)}: ${made} -> ${shown(event.output)}`;
      return level === 'debug' ? [line, stagesLineOf(event)] : [line];
    }
    case 'image_crop':
      return [`${shown(event.image)}: crop ${event.crop} of ${event.crops}`];
    case 'image_failed':
      return [`FAILED ${shown(event.image)}: ${shown(event.reason)}`];
    case 'interrupted':
      return [
        `Interrupted: ${event.in_flight > 0 ? `finishing ${counted(event.in_flight, 'image')} in flight` : 'stopping'}. Ctrl-C again stops at once.`,
      ];
    case 'run_finished':
      return [summaryLineOf(event), ...remarksOf(event)];
    case 'planning':
    case 'loading_model':
    case 'image_started':
    case 'image_progress':
      return [];
  }
}

/** Plain lines, for terminals that are none and for log files. */
export function textReporter(write: (line: string) => void, level: LogLevel): RunListener {
  return (event) => {
    for (const line of linesOf(event, level)) write(line);
  };
}
