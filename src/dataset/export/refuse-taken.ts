import { SamError } from '../../errors.js';
import type { Storage } from '../../storage/storage.js';
import { RunReader } from '../run-reader/run-reader.js';

/**
 * Looks whether what is to be written may be.
 *
 * @param storage - Of the folder, or of the one that the file goes to.
 * @param fileName - Where one file is to be written.
 * @throws SamError `bad-usage` for a folder that holds a run, and for what is there already unless it may be written over.
 */
export async function refuseTaken(
  storage: Storage,
  fileName: string | undefined,
  { out, overwrite }: { readonly out: string; readonly overwrite: boolean },
): Promise<void> {
  if (fileName === undefined && (await RunReader.find(storage))) {
    throw new SamError('bad-usage', `Expected a folder of its own for --out but ${out} holds a run`);
  }
  if (overwrite) return;
  if (fileName !== undefined) {
    if ((await storage.sizeOf(fileName)) === undefined) return;
    throw new SamError('bad-usage', `Expected a new file for --out but ${out} is there`, 'Or use --overwrite.');
  }
  for await (const name of storage.list('')) {
    throw new SamError(
      'bad-usage',
      `Expected an empty folder for --out but ${out} holds ${name}`,
      'Or use --overwrite.',
    );
  }
}
