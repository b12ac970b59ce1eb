import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Keeps bytes in a cache: written beside their place and renamed, so that no reader, in whichever process or machine, sees half a
 * file. Folders are made.
 *
 * @throws the file system's error; nothing is left behind.
 */
export async function keepFile(path: string, bytes: Uint8Array): Promise<void> {
  const incomplete = `${path}.${randomUUID()}.incomplete`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(incomplete, bytes);
    await rename(incomplete, path);
  } catch (error) {
    await rm(incomplete, { force: true }).catch(() => undefined);
    throw error;
  }
}
