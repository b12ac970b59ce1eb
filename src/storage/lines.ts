/** No path or record of ours is longer; an endless line must not fill the memory. */
const LONGEST_LINE = 256 * 1024 * 1024;

/**
 * Texts of a byte stream between separators, some at a time (a promise for each would cost more than the text). The last one need
 * not end with a separator.
 *
 * @param chunks - Such as a read stream of a file.
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
