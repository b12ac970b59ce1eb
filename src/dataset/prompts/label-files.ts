/**
 * Folders of label files, a file an image.
 *
 * @module
 */

import { access, opendir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { normalisedName } from '../../formats/image-names.js';
import { RUN_FILES } from '../run-folder/file-names.js';

/** The bytes of a file; undefined when there is none. @throws SamError `bad-prompt` when there is one that cannot be read. */
export async function bytesAt(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): SamError {
  return new SamError('bad-prompt', `Expected prompts but could not read ${path}: ${messageOf(error)}`);
}

/** The label file of an image: at the image's path, or by its name alone; undefined when there is none. */
export async function labelFileOf(
  folder: string,
  imageName: string,
  extension: string,
): Promise<{ readonly file: string; readonly text: string } | undefined> {
  const stem = normalisedName(imageName).replace(/\.[^./]*$/, '');
  // never outside the folder
  if (stem.split('/').includes('..')) return undefined;
  for (const name of new Set([stem, basename(stem)])) {
    const file = join(folder, name + extension);
    const bytes = await bytesAt(file);
    if (bytes) return { file, text: bytes.toString('utf8') };
  }
  return undefined;
}

/**
 * Names of the files below a folder that end in one of the extensions, with forward slashes, in any order. The output folder of a
 * run may lie below: what it holds are results.
 */
export async function* labelFilesOf(folder: string, extensions: readonly string[]): AsyncGenerator<string> {
  yield* labelFilesBelow(folder, '', extensions, new Set([await realpath(folder)]));
}

async function* labelFilesBelow(
  folder: string,
  prefix: string,
  extensions: readonly string[],
  seen: Set<string>,
): AsyncGenerator<string> {
  const entries = await opendir(join(folder, prefix), { bufferSize: 512 }).catch((error: unknown) => {
    throw unreadable(join(folder, prefix), error);
  });
  for await (const entry of entries) {
    const name = prefix + entry.name;
    const kind = entry.isSymbolicLink() ? await linkedAt(join(folder, name)) : entry;
    if (kind?.isDirectory()) {
      if (await isToBeSearched(join(folder, name), seen)) yield* labelFilesBelow(folder, `${name}/`, extensions, seen);
    } else if (kind?.isFile() && extensions.includes(extname(name))) yield name;
  }
}

/** What a link leads to; undefined when it leads nowhere. */
async function linkedAt(path: string) {
  return stat(path).catch(() => undefined);
}

/** Whether a folder was not searched before, and is no output folder. */
async function isToBeSearched(folder: string, seen: Set<string>): Promise<boolean> {
  const isOutput = await access(join(folder, RUN_FILES.manifest)).then(
    () => true,
    () => false,
  );
  const path = await realpath(folder);
  if (isOutput || seen.has(path)) return false;
  seen.add(path);
  return true;
}
