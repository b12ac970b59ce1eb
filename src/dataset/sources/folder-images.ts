import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import type { FingerprintMap } from '../plan/fingerprint-map.js';
import { imagesOfArchive } from './archive-images.js';
import { isArchiveName, isImageName } from './extensions.js';
import type { NameFilter } from './name-filter.js';
import type { PlannedImage } from './planned-image.js';

/** What one search of a folder shares with its subfolders. */
export interface FolderWalk {
  readonly filter: NameFilter;
  /** Real paths of files met before, in other inputs too: an image reached twice is listed once. */
  readonly seenFiles: FingerprintMap;
  /** Real paths of folders entered: links that lead round in a circle end. */
  readonly seenFolders: FingerprintMap;
  /** Real paths of the folders that the run writes to: below an input they are not searched. */
  readonly ownFolders: ReadonlySet<string>;
}

/** Names of the files that a run writes to its own folder, where that is an input itself. */
const OWN_ARCHIVE = /^masks-\d{5,}\.tar$/;

/**
 * The images below a folder, sorted by name so that each run has the same order; archives are listed in their place.
 *
 * @param folder - Opens the folder.
 * @param prefix - Name of the folder below its input, with a slash at its end; empty for the input itself.
 */
export async function* imagesBelow(folder: string, prefix: string, walk: FolderWalk): AsyncGenerator<PlannedImage[]> {
  const { filter, seenFiles, seenFolders, ownFolders } = walk;
  let real: string;
  let entries: Dirent[];
  try {
    real = await realpath(folder);
    if (!seenFolders.add(real) || (prefix !== '' && ownFolders.has(real))) return;
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const reason = `Expected a folder but could not read it: ${messageOf(error)}`;
    yield [{ kind: 'refused', path: folder, name: prefix.slice(0, -1), code: 'unreadable-file', reason }];
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  let batch: PlannedImage[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    const isFolder = kind?.isDirectory() ?? false;
    const isArchive = !isFolder && isArchiveName(name) && !(ownFolders.has(real) && OWN_ARCHIVE.test(entry.name));
    if (isFolder || isArchive) {
      if (isFolder ? !filter.enters(name) : !filter.opens(name)) continue;
      if (batch.length > 0) yield batch;
      batch = [];
      if (isFolder) yield* imagesBelow(path, `${name}/`, walk);
      else if (seenFiles.add(await realPathOf(entry, path, real)))
        yield* imagesOfArchive(path, name, filter.inArchives);
    } else if (isImageName(name) && filter.takes(name)) {
      if (seenFiles.add(await realPathOf(entry, path, real))) batch.push({ kind: 'file', path, name });
    }
  }
  if (batch.length > 0) yield batch;
}

async function realPathOf(entry: Dirent, path: string, realFolder: string): Promise<string> {
  if (!entry.isSymbolicLink()) return join(realFolder, entry.name);
  return realpath(path).catch(() => path);
}
