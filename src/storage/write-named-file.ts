import { stat, writeFile } from 'node:fs/promises';
import { unwritable, writeAtomic } from './write-atomic.js';

/**
 * Writes a file that the user named: whole or not at all, unless the name is no file's (a pipe, /dev/stdout), which takes the bytes as they
 * come. A symbolic link is replaced.
 *
 * @throws SamError `unwritable-output` or `unwritable-name`
 */
export async function writeNamedFile(path: string, data: string | Uint8Array): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isFile()) return writeAtomic(path, data);
  try {
    await writeFile(path, data);
  } catch (error) {
    throw unwritable(path, error);
  }
}
