import type { SamErrorCode } from '../../errors.js';

/** One image of a run, before anything of it is read. */
export type PlannedImage = PlannedFile | PlannedUrl | PlannedMember | PlannedRefusal;

interface Named {
  /** Path below the input it came from, with forward slashes: what its result is named after. */
  readonly name: string;
}

/** A file. */
export interface PlannedFile extends Named {
  readonly kind: 'file';
  /** Path that opens it. */
  readonly path: string;
}

/** An image on a web server. */
export interface PlannedUrl extends Named {
  readonly kind: 'url';
  /** The URL. */
  readonly path: string;
}

/** A file inside a tar archive. */
export interface PlannedMember extends Named {
  readonly kind: 'member';
  /** Path of the archive. */
  readonly path: string;
  /** Its name in the archive, as written there. */
  readonly member: string;
  /** Where its bytes start in the (unpacked) archive. */
  readonly offset: number;
  /** Its bytes. */
  readonly size: number;
}

/** Something that was named but cannot be an image of the run: known while planning, recorded as a failure in its turn. */
export interface PlannedRefusal extends Named {
  readonly kind: 'refused';
  /** What it is, for a person. */
  readonly path: string;
  readonly code: SamErrorCode;
  readonly reason: string;
}

/** What an image is called in messages, in the journal and in failures.ndjson; no two of a run are the same. */
export function locatorOf(image: PlannedImage): string {
  return image.kind === 'member' ? `${image.path}!${image.member}` : image.path;
}
