import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SamError } from '../errors.js';

/**
 * Writes a file that is either whole or not there: to a temporary name beside it, flushed, then renamed. Folders are made.
 *
 * @throws SamError `unwritable-output` when it cannot be written; nothing is left behind.
 */
export async function writeAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new SamError(
      'unwritable-output',
      `Could not write ${path}: ${messageOf(error)}`,
      'Check free space and permissions.',
    );
  }
}
