import { writeFile } from 'node:fs/promises';
import { messageOf, SamError } from '../errors.js';

/** Writes a text file that the user named. @throws SamError `unwritable-output` */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new SamError('unwritable-output', `Could not write ${path}: ${messageOf(error)}`);
  }
}
