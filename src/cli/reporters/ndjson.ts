import type { RunListener } from '../../dataset/scheduler/events.js';

/** One JSON object a line for each event, with the time, for machines. */
export function ndjsonReporter(write: (line: string) => void): RunListener {
  return (event) => write(JSON.stringify({ time: new Date().toISOString(), ...event }));
}
