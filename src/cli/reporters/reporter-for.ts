import type { RunListener } from '../../dataset/scheduler/events.js';
import type { TextStream } from '../command-context.js';
import { barReporter } from './bar.js';
import { ndjsonReporter } from './ndjson.js';
import type { Reporter } from './reporter.js';
import { type LogLevel, textReporter } from './text.js';

/** How a run is shown. */
export interface ReporterOptions {
  readonly quiet: boolean;
  readonly logFormat: 'text' | 'ndjson';
  readonly logLevel: LogLevel;
  /** Folder of the results, for the last lines. */
  readonly out: string;
}

/**
 * What shows a run on standard error: a bar on a terminal, plain lines elsewhere, NDJSON for machines. `quiet` leaves only failures.
 *
 * @param terminalType - As the variable TERM: "dumb" is a terminal that cannot draw over a line.
 */
export function reporterFor(options: ReporterOptions, stream: TextStream, terminalType = process.env.TERM): Reporter {
  const { quiet, logFormat, logLevel, out } = options;
  const write = (line: string) => void stream.write(`${line}\n`);
  if (logFormat === 'text' && !quiet && stream.isTTY && terminalType !== 'dumb') {
    return barReporter(stream, { level: logLevel, out });
  }
  const all = logFormat === 'ndjson' ? ndjsonReporter(write) : textReporter(write, logLevel);
  const onEvent: RunListener = quiet ? (event) => event.event === 'image_failed' && all(event) : all;
  return { onEvent, close: () => {} };
}
