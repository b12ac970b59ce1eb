/**
 * Files that grow, on storage that cannot append.
 *
 * Such a file is an object of its name, which holds its beginning, and segments behind that: objects below `_run/segments/`, each
 * named by the bytes it holds. The object's metadata names a generation, and only segments of that generation count. So every change
 * is one write of one object: a segment adds records; a segment that takes the place of several holds the same bytes, so that it does not matter which
 * of them a reader sees; and writing the object anew, with another generation, cuts off, joins or replaces all at once. Segments of a former
 * generation are rubbish that nobody sees.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import type { ByteRange } from '../storage.js';
import type { S3Head, S3Objects } from './s3-objects.js';
import type { S3Metadata } from './upload-parts.js';

/** Where segments are, below the run. */
export const SEGMENTS = '_run/segments/';
const GENERATION = 'sam-cli-segments';
/** Digits of a place in a file: keys are in the order of the places. */
const PLACE_DIGITS = 16;
const SEGMENT_KEY = /^(.*)\/([0-9a-f]{12})\/(\d{16})-(\d{16})$/;

/** Bytes of a file that have an object of their own. */
export interface Segment extends ByteRange {
  readonly key: string;
}

/** A file that grows, as it is at a moment. */
export interface GrownObject {
  readonly head: S3Head;
  /** Undefined for an object that was written whole: it has no segments. */
  readonly generation: string | undefined;
  /** Those behind the object, one following the other. */
  readonly segments: readonly Segment[];
  /** Bytes of the whole. */
  readonly length: number;
}

/** A generation that no object has. */
export function newGeneration(): string {
  return randomBytes(6).toString('hex');
}

/** The metadata of an object that begins a file. */
export function metadataOf(generation: string): S3Metadata {
  return { [GENERATION]: generation };
}

/** Whether an object has segments, as far as its metadata tells. */
export function generationOf({ metadata }: Pick<S3Head, 'metadata'>): string | undefined {
  return metadata[GENERATION];
}

/** The keys of a file's segments begin so. @param base - What all keys of the storage begin with */
export function segmentsPrefix(base: string, name: string, generation: string): string {
  return `${base}${SEGMENTS}${name}/${generation}/`;
}

/** The key of a segment. */
export function segmentKey(prefix: string, { start, end }: ByteRange): string {
  const place = (bytes: number) => String(bytes).padStart(PLACE_DIGITS, '0');
  return `${prefix}${place(start)}-${place(end)}`;
}

/** What the key of a segment says; undefined for any other key. @param name - The key behind that of all segments */
export function segmentOf(
  name: string,
): (ByteRange & { readonly file: string; readonly generation: string }) | undefined {
  const [, file, generation, start, end] = SEGMENT_KEY.exec(name) ?? [];
  if (file === undefined || generation === undefined) return undefined;
  return { file, generation, start: Number(start), end: Number(end) };
}

/** A file as it is now; undefined when there is none. @param base - What all keys of the storage begin with */
export async function findGrown(objects: S3Objects, base: string, name: string): Promise<GrownObject | undefined> {
  let head = await objects.head(base + name);
  while (head) {
    const generation = generationOf(head);
    if (generation === undefined) return grownOf(head, undefined, []);
    const segments = await segmentsOf(objects, base, segmentsPrefix(base, name, generation));
    // where the object was written anew meanwhile, segments may be gone that were joined to it
    const now = await objects.head(base + name);
    if (now?.etag === head.etag) return grownOf(head, generation, segments);
    head = now;
  }
  return undefined;
}

function grownOf(head: S3Head, generation: string | undefined, all: readonly Segment[]): GrownObject {
  const segments = chainOf(all, head.size);
  const length = segments.at(-1)?.end ?? head.size;
  return { head, generation, segments, length };
}

async function segmentsOf(objects: S3Objects, base: string, prefix: string): Promise<Segment[]> {
  const found: Segment[] = [];
  for await (const page of objects.list(prefix)) {
    for (const { key } of page) {
      const segment = segmentOf(key.slice(base.length + SEGMENTS.length));
      if (segment) found.push({ key, start: segment.start, end: segment.end });
    }
  }
  return found;
}

/** Those that follow each other from a place on; of several that begin at the same place the longest. */
function chainOf(segments: readonly Segment[], from: number): Segment[] {
  const sorted = [...segments].sort((a, b) => a.start - b.start || b.end - a.end);
  const chain: Segment[] = [];
  let at = from;
  for (const segment of sorted) {
    if (segment.start !== at) continue;
    chain.push(segment);
    at = segment.end;
  }
  return chain;
}

/** The bytes of a file from `start` to `end`, wherever they are. @throws the error of the SDK, when an object is gone meanwhile too */
export async function* bytesOfGrown(
  objects: S3Objects,
  key: string,
  { head, segments }: GrownObject,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  if (start < head.size) yield* objects.stream(key, { start, end: Math.min(end, head.size) }, head.etag);
  for (const segment of segments) {
    const from = Math.max(start, segment.start);
    const to = Math.min(end, segment.end);
    if (from < to) yield* objects.stream(segment.key, { start: from - segment.start, end: to - segment.start });
  }
}
