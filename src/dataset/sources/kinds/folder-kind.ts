import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../errors.js';
import { FingerprintSet } from '../../plan/fingerprint-set.js';
import { type PlannedImage, refusedImage } from '../../plan/planned-image.js';
import { EXPORT_FOLDER, RUN_FOLDER } from '../../run-folder/file-names.js';
import { isImageName } from '../extensions.js';
import { batchesOf, type Search, type SourceKind, searchableKindOf } from '../source-kind.js';
import { fileImage } from './file-kind.js';

/** What a run makes in its own folder, where that is an input itself, beside results: files of its own and exports of images. */
const OWN_SUBFOLDERS: ReadonlySet<string> = new Set([RUN_FOLDER, EXPORT_FOLDER]);

/** What one search of a folder shares with its subfolders. */
interface FolderWalk extends Search {
  /** Real paths of folders entered: links that lead round in a circle end. */
  readonly seenFolders: FingerprintSet;
}

/**
 * The images below a folder, sorted by name so that each run has the same order; archives are listed in their place.
 *
 * @param folder - Opens the folder.
 * @param prefix - Name of the folder, with a slash at its end; empty for the folder that names are below of.
 */
export function imagesBelow(folder: string, prefix: string, search: Search): AsyncGenerator<readonly PlannedImage[]> {
  return imagesOfFolder(folder, prefix, { ...search, seenFolders: new FingerprintSet() });
}

async function* imagesOfFolder(
  folder: string,
  prefix: string,
  walk: FolderWalk,
): AsyncGenerator<readonly PlannedImage[]> {
  const { kinds, filter, seen, seenFolders, ownFolders } = walk;
  let real: string;
  let entries: Dirent[];
  try {
    real = await realpath(folder);
    if (!seenFolders.add(real) || (prefix !== '' && ownFolders.has(real))) return;
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const reason = `Expected a folder but could not read it: ${messageOf(error)}`;
    yield [refusedImage({ path: folder, name: prefix.slice(0, -1) }, 'unreadable-file', reason)];
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  let batch: PlannedImage[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    if (await isFolder(entry, path)) {
      const isOwn = ownFolders.has(real) && OWN_SUBFOLDERS.has(entry.name);
      if (isOwn || !filter.enters(name)) continue;
      if (batch.length > 0) yield batch;
      batch = [];
      yield* imagesOfFolder(path, `${name}/`, walk);
    } else if (isImageName(name)) {
      if (!filter.takes(name)) continue;
      if (seen.add(await realPathOf(entry, path, real))) batch.push(fileImage(path, name));
    } else {
      const isOwn = ownFolders.get(real)?.has(entry.name);
      const kind = isOwn ? undefined : searchableKindOf(path, kinds);
      if (!kind || !filter.opens(name)) continue;
      if (batch.length > 0) yield batch;
      batch = [];
      const key = await realPathOf(entry, path, real);
      yield* batchesOf(kind.images({ text: path, isFolder: false, name, prefix: '', key }, walk));
    }
  }
  if (batch.length > 0) yield batch;
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

async function realPathOf(entry: Dirent, path: string, realFolder: string): Promise<string> {
  if (!entry.isSymbolicLink()) return join(realFolder, entry.name);
  return realpath(path).catch(() => path);
}

/** Folders, searched through. */
export function folderKind(): SourceKind {
  return {
    takes: (input) => input.isFolder,
    images: ({ text, prefix }, search) => imagesBelow(text, prefix, search),
  };
}
