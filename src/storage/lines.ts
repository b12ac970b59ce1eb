import type { Storage } from './storage.js';

/** No path or record of ours is longer; an endless line must not fill the memory. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** Chunks in which the end of a file is searched for its last line. */
const TAIL_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Bytes of the lines of a file that were written to their end; 0 when there is no such file. */
export async function completeLengthOf(storage: Storage, name: string): Promise<number> {
  let end = (await storage.sizeOf(name)) ?? 0;
  while (end > 0) {
    const start = Math.max(0, end - TAIL_BYTES);
    const bytes = await storage.readRange(name, { start, end });
    const last = bytes.lastIndexOf(NEWLINE);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}

/**
 * Texts of a byte stream between separators, some at a time (a promise for each would cost more than the text). The last one need
 * not end with a separator.
 *
 * @param chunks - Such as a read stream of a file. The texts of a chunk are in memory together: small chunks keep the process small.
 * @param separator - One ASCII character.
 * @throws RangeError when there is no separator for too long.
 */
export async function* separatedTexts(chunks: AsyncIterable<Uint8Array>, separator: string): AsyncGenerator<string[]> {
  const separatorByte = separator.charCodeAt(0);
  let rest: Buffer[] = [];
  let restLength = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    // cut at a separator, so that no character is cut in two
    const end = bytes.lastIndexOf(separatorByte);
    if (end < 0) {
      rest.push(bytes);
      restLength += bytes.length;
      if (restLength > LONGEST_LINE) throw new RangeError(`a line is longer than ${LONGEST_LINE} bytes`);
      continue;
    }
    yield Buffer.concat([...rest, bytes.subarray(0, end)])
      .toString('utf8')
      .split(separator);
    rest = [bytes.subarray(end + 1)];
    restLength = rest[0].length;
  }
  if (restLength > 0) yield [Buffer.concat(rest).toString('utf8')];
}
