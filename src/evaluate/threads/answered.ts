import { messageOf, SamError, type SamErrorCode } from '../../errors.js';

/** What a thread sends back: an error class does not survive the way between threads. */
export type ThreadAnswer<Made> =
  | { readonly ok: true; readonly made: Made }
  | { readonly ok: false; readonly code: SamErrorCode; readonly message: string; readonly hint?: string };

/** What a worker thread answers for a piece of work. */
export function answered<Made>(work: () => Made): ThreadAnswer<Made> {
  try {
    return { ok: true, made: work() };
  } catch (error) {
    const known = error instanceof SamError ? error : undefined;
    return {
      ok: false,
      code: known?.code ?? 'internal-error',
      message: messageOf(error),
      ...(known?.hint !== undefined && { hint: known.hint }),
    };
  }
}
