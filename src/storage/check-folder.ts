import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SamError } from '../errors.js';

/**
 * Looks whether a folder is there or could be made, before anything is: neither it nor a folder above it may be a file.
 *
 * @param option - Where the user named it, such as `--out`.
 * @throws SamError `bad-usage` that names the file which stands in the way.
 */
export async function checkFolder(path: string, option: string): Promise<void> {
  for (let place = path; ; place = dirname(resolve(place))) {
    try {
      const found = await stat(place);
      if (found.isDirectory()) return;
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code;
      if (reason === 'ENOENT' || reason === 'ENOTDIR') continue;
      // a folder that may not be looked into: whoever writes there says so
      return;
    }
    throw new SamError('bad-usage', `Expected a folder for ${option} but ${place} is a file`, 'Choose another folder.');
  }
}
