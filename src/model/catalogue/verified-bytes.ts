import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf, SamError } from '../../errors.js';
import type { ModelFile } from './catalogue.js';

/**
 * The bytes of a model's file, after checking that they are the ones the catalogue means.
 *
 * @throws SamError `bad-model` when the file is missing or differs.
 */
export async function verifiedBytesOf(file: ModelFile): Promise<Uint8Array> {
  const bytes = await readFile(file.path).catch((error: unknown) => {
    throw new SamError(
      'bad-model',
      `Expected the model file ${file.path} but could not read it: ${messageOf(error)}`,
      'Reinstall the package; in a clone, run `npm ci`, which puts the default weights there.',
    );
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256) {
    throw new SamError(
      'bad-model',
      `Expected ${file.path} to have ${file.bytes} bytes and sha256 ${file.sha256} but it has ${bytes.length} bytes and sha256 ${sha256}`,
      'The file is damaged or another version: reinstall the package; in a clone, run `npm ci`.',
    );
  }
  return bytes;
}
