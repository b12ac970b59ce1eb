import type { TextStream } from '../command-context.js';
import { progressLineOf } from './progress-line.js';
import type { Reporter } from './reporter.js';
import { RunProgress } from './run-progress.js';
import { terminalSummaryOf } from './summary.js';
import { terminalBar } from './terminal-bar.js';
import { TerminalLine } from './terminal-line.js';
import { type LogLevel, linesOf } from './text.js';

/** Points answered move the bar within an image, so that a single one moves too. */
const STEPS_PER_IMAGE = 1000;

/** Options of {@link barReporter}. */
export interface BarOptions {
  readonly level: LogLevel;
  /** Folder of the results. */
  readonly out: string;
  /** A clock in milliseconds. @default the process's */
  readonly now?: () => number;
}

/** A bar on a terminal; failures, notices and the summary stand above it as lines. */
export function barReporter(stream: TextStream, { level, out, now = () => performance.now() }: BarOptions): Reporter {
  const line = new TerminalLine(stream);
  const progress = new RunProgress(now);
  const bar = terminalBar(line, (room, barOf) => progressLineOf(progress.view(), room, barOf));

  return {
    onEvent(event) {
      progress.hear(event);
      if (event.event === 'run_started') bar.setTotal(event.images * STEPS_PER_IMAGE);
      bar.update(Math.floor(progress.imagesWorth * STEPS_PER_IMAGE));
      if (event.event === 'run_finished') {
        bar.stop();
        line.printAbove(terminalSummaryOf(event, progress.view(), out));
        return;
      }
      const isQuietDetail = event.event === 'image_crop' || (event.event === 'image_done' && level !== 'debug');
      if (!isQuietDetail) line.printAbove(linesOf(event, level));
    },
    close: () => bar.stop(),
  };
}
