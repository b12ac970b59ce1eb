import { groupsOf } from './groups.js';
import type { ByteRange, Storage } from './storage.js';

/** Ranges read at once. */
const RANGES_AT_ONCE = 64;
/** Ranges that lie so near each other are read in one go, whatever lies between. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/**
 * The bytes of many small parts of a file, in the order of the ranges: parts that lie near each other cost one reading.
 *
 * @throws SamError `bad-run-folder` when the file ends before, or is not there.
 */
export async function* readRanges(
  storage: Storage,
  name: string,
  ranges: Iterable<ByteRange>,
): AsyncGenerator<Uint8Array> {
  for (const some of groupsOf(ranges, RANGES_AT_ONCE)) yield* await bytesOf(storage, name, some);
}

async function bytesOf(storage: Storage, name: string, ranges: readonly ByteRange[]): Promise<Uint8Array[]> {
  const start = Math.min(...ranges.map((range) => range.start));
  const end = Math.max(...ranges.map((range) => range.end));
  if (end - start > BYTES_AT_ONCE) return Promise.all(ranges.map((range) => storage.readRange(name, range)));
  const bytes = await storage.readRange(name, { start, end });
  return ranges.map((range) => bytes.subarray(range.start - start, range.end - start));
}
