import type { FingerprintSet } from '../plan/fingerprint-set.js';
import type { PlannedImage } from '../plan/planned-image.js';
import type { NameFilter } from './name-filter.js';
import type { Source } from './source.js';

/** Something that is named as an input, as far as a kind of source needs to know it to tell whether it is one of its own. */
export interface NamedInput {
  /** As it is written: a URL, an s3:// address, a glob, or a path that opens it. */
  readonly text: string;
  /** Whether it is a folder. Lines of a list that look like a file are not looked at, and are none. */
  readonly isFolder: boolean;
  /** Why nothing can be opened under that path; absent when something can, or when nobody looked. */
  readonly missing?: Error;
}

/** An input whose images are wanted. */
export interface Input extends NamedInput {
  /** What the result of a file is named after, with forward slashes. */
  readonly name: string;
  /** What names below it begin with, when it is a folder: nothing, or a path with a slash at its end. */
  readonly prefix: string;
  /** The same however the path is written: a file that is reached twice is taken once. */
  readonly key: string;
}

/** What the search of all inputs shares. */
export interface Search {
  readonly kinds: readonly SourceKind[];
  readonly filter: NameFilter;
  /** Keys of the files and URLs taken so far. */
  readonly seen: FingerprintSet;
  /**
   * Real paths of the folders that the run writes to, each with the names of the files of many records that it made there: below an
   * input they are not searched, and as an input what the run made is passed over.
   */
  readonly ownFolders: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Opens the images of one kind. */
export interface ImageOpener extends Pick<Source, 'open'> {
  /** The `kind` of the images that it opens. */
  readonly kind: string;
  /** Closes what is kept open. */
  close?(): Promise<void>;
}

/** Images that are known at once, or a search for them that finds some at a time. */
export type FoundImages = readonly PlannedImage[] | AsyncIterable<readonly PlannedImage[]>;

/** A kind of source: one module that makes one of these, and one line in source-kinds.ts. */
export interface SourceKind {
  /** Whether an input is of this kind. Asked for every line of a list, so it must be quick. */
  takes(input: NamedInput): boolean;
  /** The images behind an input of this kind. */
  images(input: Input, search: Search): FoundImages;
  /** Whether folders are searched for files of this kind. @default false */
  readonly isFoundInFolders?: boolean;
  /** Opens its images; absent where they are of other kinds, as those of a folder are. */
  readonly opener?: ImageOpener;
}

/** Whether images are known at once. */
export function areKnown(images: FoundImages): images is readonly PlannedImage[] {
  return Array.isArray(images);
}

/** Images in batches, however they are found. */
export function batchesOf(
  images: FoundImages,
): Iterable<readonly PlannedImage[]> | AsyncIterable<readonly PlannedImage[]> {
  return areKnown(images) ? [images] : images;
}

/** The kind of a file that a folder is searched for beside images, by its path; undefined for any other file. */
export function searchableKindOf(path: string, kinds: readonly SourceKind[]): SourceKind | undefined {
  const file = { text: path, isFolder: false };
  return kinds.find((kind) => kind.isFoundInFolders && kind.takes(file));
}
