import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { messageOf, SamError } from '../errors.js';

/** One picture of a run: where it is and what it is called. */
export interface PictureFile {
  /** Path that opens it. */
  readonly path: string;
  /** Path below the input it came from, with forward slashes; for a file given by itself, its name. */
  readonly name: string;
}

/** Extensions that a folder is searched for, lower-case. A file named by itself may have any. */
export const PICTURE_EXTENSIONS: ReadonlySet<string> = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
  '.gif',
  '.avif',
]);

async function filesBelow(folder: string, ancestors: readonly string[] = []): Promise<string[]> {
  const real = await realpath(folder);
  // a link that leads back to a folder we are in would never end
  if (ancestors.includes(real)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (kind?.isDirectory()) files.push(...(await filesBelow(path, [...ancestors, real])));
    else if (PICTURE_EXTENSIONS.has(extname(entry.name).toLowerCase())) files.push(path);
  }
  return files;
}

async function picturesOfInput(input: string): Promise<PictureFile[]> {
  const kind = await stat(input).catch((error: unknown) => {
    throw new SamError('bad-usage', `Expected a picture or a folder but could not open ${input}: ${messageOf(error)}`);
  });
  if (!kind.isDirectory()) return [{ path: input, name: basename(input) }];
  const files = await filesBelow(input);
  return files.map((path) => ({ path, name: relative(input, path).split(sep).join('/') }));
}

/**
 * Every picture that the inputs name: files as they are, folders searched through (sorted by name, so that each run has the
 * same order). A picture reached twice is listed once.
 *
 * @throws SamError `bad-usage` when an input does not exist or no picture is found.
 */
export async function findPictures(inputs: readonly string[]): Promise<PictureFile[]> {
  const seen = new Set<string>();
  const pictures: PictureFile[] = [];
  for (const input of inputs) {
    for (const picture of await picturesOfInput(input)) {
      const key = await realpath(picture.path).catch(() => picture.path);
      if (seen.has(key)) continue;
      seen.add(key);
      pictures.push(picture);
    }
  }
  if (pictures.length === 0) {
    const extensions = [...PICTURE_EXTENSIONS].join(' ');
    throw new SamError('bad-usage', `Expected pictures (${extensions}) but found none in ${inputs.join(', ')}`);
  }
  return pictures;
}
