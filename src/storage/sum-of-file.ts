import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** How long a file is and what its bytes sum up to. */
export interface FileSum {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Reads a file through, a piece at a time.
 *
 * @throws the error of the file system when it cannot be read.
 */
export async function sumOfFile(path: string): Promise<FileSum> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
