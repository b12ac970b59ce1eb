import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SamError } from '../errors.js';

/** Reasons that lie in the name of one file; every other file can still be written. */
const FAULTS_OF_A_NAME: ReadonlySet<string | undefined> = new Set(['ENAMETOOLONG', 'ENOTDIR', 'EISDIR', 'EEXIST']);

/** What a user is told when a result cannot be written: `unwritable-name` when only that one cannot, else `unwritable-output`. */
export function unwritable(path: string, error: unknown): SamError {
  const message = `Could not write ${path}: ${messageOf(error)}`;
  const reason = (error as NodeJS.ErrnoException).code;
  if (FAULTS_OF_A_NAME.has(reason)) return new SamError('unwritable-name', message);
  return new SamError(
    'unwritable-output',
    message,
    'Check free space and permissions, then run the same command again: it goes on where it was.',
  );
}

/**
 * Writes a file that is either whole or not there: to a temporary name, flushed, then renamed. Folders are made.
 *
 * @param temporaryFolder - Where the temporary name is; must be on the same file system. @default beside the file
 * @throws SamError `unwritable-output` (or `unwritable-name`, see {@link unwritable}); nothing is left behind.
 */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array,
  temporaryFolder: string = dirname(path),
): Promise<void> {
  // without the file's name: one that just fits would not with more around it
  const temporary = join(temporaryFolder, `.${basename(path).slice(0, 32)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    if (temporaryFolder !== dirname(path)) await mkdir(temporaryFolder, { recursive: true });
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
    throw unwritable(path, error);
  }
}
