/**
 * The one error class for everything a user can cause.
 *
 * @module
 */

/** Something the user can put right: a message that says what was expected, a stable code, and maybe a hint. */
export class SamError extends Error {
  /** Stable, for programs: messages may be reworded, codes may not. */
  readonly code: string;
  /** What to try next. */
  readonly hint?: string;

  constructor(code: string, message: string, hint?: string) {
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
