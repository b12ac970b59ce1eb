/**
 * What went wrong, for programs: every error a user can cause carries one of these.
 *
 * - `USAGE` wrong flag, setting or argument
 * - `IMAGE` a picture that cannot be read
 * - `MODEL` a model that is missing, damaged or of an unknown kind
 * - `RLE` a malformed COCO run-length string
 * - `OUTPUT` a result that cannot be written
 * - `WORKER` a worker thread that ended before its picture was done
 */
export type SamErrorCode = 'USAGE' | 'IMAGE' | 'MODEL' | 'RLE' | 'OUTPUT' | 'WORKER';

/** An error that a user can cause and mend. Its message names the input and what was expected; `hint` says what to do. */
export class SamError extends Error {
  readonly code: SamErrorCode;
  readonly hint?: string;

  constructor(code: SamErrorCode, message: string, hint?: string) {
    super(message);
    this.name = 'SamError';
    this.code = code;
    if (hint !== undefined) this.hint = hint;
  }
}

/** The message of anything thrown, for a line that a person reads. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
