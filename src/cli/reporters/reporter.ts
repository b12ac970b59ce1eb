import type { RunListener } from '../../dataset/scheduler/events.js';
import { barReporter } from './bar.js';
import { ndjsonReporter } from './ndjson.js';
import { type LogLevel, textReporter } from './text.js';

/** How a run is shown. */
export interface ReporterOptions {
  readonly quiet: boolean;
  readonly logFormat: 'text' | 'ndjson';
  readonly logLevel: LogLevel;
}

/**
 * The listener that shows a run on standard error: a bar on a terminal, plain lines elsewhere, NDJSON for machines. `quiet` leaves
 * only failures.
 */
export function reporterFor({ quiet, logFormat, logLevel }: ReporterOptions, stream = process.stderr): RunListener {
  const write = (line: string) => void stream.write(`${line}\n`);
  if (logFormat === 'ndjson') {
    const report = ndjsonReporter(write);
    return quiet ? (event) => event.event === 'image_failed' && report(event) : report;
  }
  if (quiet) {
    const report = textReporter(write, logLevel);
    return (event) => event.event === 'image_failed' && report(event);
  }
  return stream.isTTY ? barReporter(stream, logLevel) : textReporter(write, logLevel);
}
