import type { RunEvent, RunListener, RunSummary } from '../../dataset/events.js';

/** Levels of the log: `debug` adds the seconds of each stage. */
export type LogLevel = 'info' | 'debug';

/** 1 picture, 2 pictures. */
function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** The line that ends a run. */
export function summaryLineOf({
  images,
  masks,
  failures,
  seconds,
  seconds_per_image,
  interrupted,
}: RunSummary): string {
  const rate = images > 0 ? `, ${seconds_per_image.toFixed(2)} s an image` : '';
  const end = interrupted ? 'Interrupted' : 'Done';
  return `${end}: ${counted(images, 'image')}, ${counted(masks, 'mask')} in ${seconds.toFixed(1)} s${rate}, ${counted(failures, 'failure')}.`;
}

function stagesLineOf(event: Extract<RunEvent, { event: 'image_done' }>): string {
  const stages = Object.entries(event.stages).map(([name, seconds]) => `${name} ${seconds.toFixed(3)} s`);
  return `  ${event.image}: ${stages.join(', ')}`;
}

/** The lines of an event that a person reads; empty for those that only a bar shows. */
export function linesOf(event: RunEvent, level: LogLevel): string[] {
  switch (event.event) {
    case 'run_started':
      return [
        `${counted(event.images, 'image')}, ${counted(event.workers, 'worker')} x ${counted(event.threads, 'thread')}`,
      ];
    case 'notice':
      return [`Note: ${event.message}`];
    case 'image_done': {
      const line = `${event.image}: ${counted(event.masks, 'mask')} in ${event.seconds.toFixed(1)} s -> ${event.output}`;
      return level === 'debug' ? [line, stagesLineOf(event)] : [line];
    }
    case 'image_crop':
      return [`${event.image}: crop ${event.crop} of ${event.crops}`];
    case 'image_failed':
      return [`FAILED ${event.image}: ${event.reason}`];
    case 'interrupted':
      return [`Interrupted: finishing ${counted(event.in_flight, 'image')} in flight. Ctrl-C again stops at once.`];
    case 'run_finished':
      return [summaryLineOf(event)];
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
