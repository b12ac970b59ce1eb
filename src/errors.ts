/**
 * The one error class for everything a user can cause, and its codes.
 *
 * @module
 */

/**
 * Every code of a {@link SamError}, of a line of failures.ndjson and of an `image_failed` event. docs/errors.md says of each what it
 * means and what to do.
 */
export const ERROR_CODES = [
  // the command line
  'bad-usage',
  'bad-point-grid',
  'bad-prompt',
  'changed-run',
  // the run as a whole
  'run-in-use',
  'bad-run-folder',
  'bad-model',
  'unwritable-output',
  'queue-failed',
  // one image of a run
  'not-found',
  'unreadable-file',
  'not-a-file',
  'empty-file',
  'unreadable-image',
  'too-many-pixels',
  'too-large',
  'unsafe-path',
  'duplicate-name',
  'bad-archive',
  'download-failed',
  'timeout',
  'worker-lost',
  'worker-failed',
  'unwritable-name',
  'internal-error',
  // masks that a program hands over
  'bad-mask-size',
  'mask-size-mismatch',
  'malformed-rle',
  // a file of this package
  'bad-schema',
] as const;

/** One of {@link ERROR_CODES}: there are no others. */
export type SamErrorCode = (typeof ERROR_CODES)[number];

/** Something the user can put right: a message that says what was expected, a stable code, and maybe a hint. */
export class SamError extends Error {
  /** Stable, for programs: messages may be reworded, codes may not. */
  readonly code: SamErrorCode;
  /** What to try next. */
  readonly hint?: string;

  constructor(code: SamErrorCode, message: string, hint?: string) {
    super(message);
    this.name = 'SamError';
    this.code = code;
    if (hint !== undefined) this.hint = hint;
  }
}

/** A thrown error as data: between threads an error loses its class and its code. */
export interface ErrorAsData {
  readonly code: SamErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/** What of a thrown error goes to another thread. @param code - for what is not a {@link SamError} */
export function errorAsData(error: unknown, code: SamErrorCode): ErrorAsData {
  const known = error instanceof SamError ? error : undefined;
  return {
    code: known?.code ?? code,
    message: messageOf(error),
    ...(known?.hint !== undefined && { hint: known.hint }),
  };
}

/** The error that another thread threw. */
export function errorOfData({ code, message, hint }: ErrorAsData): SamError {
  return new SamError(code, message, hint);
}

/** The message of anything thrown, for a line that a person reads. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
