import type { RunListener } from '../../dataset/scheduler/events.js';

/** Shows a run from its first event on. */
export interface Reporter {
  readonly onEvent: RunListener;
  /** Leaves nothing behind that is not a line: for any end, however it comes. May be called again. */
  close(): void;
}
