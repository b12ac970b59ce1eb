import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SamError } from '../errors.js';
import { isS3Address, parseS3Address } from './s3/s3-address.js';

/**
 * Looks whether a folder is there or could be made, before anything is: neither it nor a folder above it may be a file. Of an s3:// address only its
 * form is looked at.
 *
 * @param option - Where the user named it, such as `--out`.
 * @throws SamError `bad-usage` that names the file which stands in the way, or for an address that is none.
 */
export async function checkFolder(path: string, option: string): Promise<void> {
  if (isS3Address(path)) {
    parseS3Address(path);
    return;
  }
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
