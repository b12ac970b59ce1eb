import { type ErrorAsData, errorAsData } from '../../errors.js';

/** What a thread sends back. */
export type ThreadAnswer<Made> =
  | { readonly ok: true; readonly made: Made }
  | { readonly ok: false; readonly error: ErrorAsData };

/** What a worker thread answers for a piece of work. */
export function answered<Made>(work: () => Made): ThreadAnswer<Made> {
  try {
    return { ok: true, made: work() };
  } catch (error) {
    return { ok: false, error: errorAsData(error, 'internal-error') };
  }
}
