import { SamError, type SamErrorCode } from '../../errors.js';

/** One image of a run, before anything of it is read: plain data, which the plan stores without knowing its kind. No text holds a NUL. */
export interface PlannedImage {
  /** Which kind of source opens it. */
  readonly kind: string;
  /** Path below the input it came from, with forward slashes: what its result is named after. */
  readonly name: string;
  /** Path or URL of the file that it is, or is a part of. */
  readonly path: string;
  /** For a part of a file: its name in it, then what else its kind needs to open it. */
  readonly reference?: readonly (string | number)[];
}

/** Kind of what was named but cannot be an image of the run; any source may plan one. */
const REFUSED = 'refused';

/**
 * Something that cannot be an image of the run, known while planning: it is recorded as a failure in its turn.
 *
 * @param named - `path` is what it is, for a person.
 * @param reason - In words, as an error message.
 */
export function refusedImage(
  { name, path }: Pick<PlannedImage, 'name' | 'path'>,
  code: SamErrorCode,
  reason: string,
): PlannedImage {
  return { kind: REFUSED, name, path, reference: [code, reason] };
}

/** Why an image was refused while planning; undefined when it was not. */
export function refusalOf({ kind, reference = [] }: PlannedImage): SamError | undefined {
  if (kind !== REFUSED) return undefined;
  const [code, reason] = reference;
  return new SamError(code as SamErrorCode, `${reason}`);
}

/** What an image is called in messages, in the journal and in failures.ndjson; no two of a run are the same. */
export function locatorOf({ kind, path, reference }: PlannedImage): string {
  return reference === undefined || kind === REFUSED ? path : `${path}!${reference[0]}`;
}
