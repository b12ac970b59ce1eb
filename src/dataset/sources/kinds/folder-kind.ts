import { opendir, realpath, stat } from 'node:fs/promises';
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

/** Images of a folder that are told of together. */
const IMAGES_A_BATCH = 1024;

/** What is in a folder. There may be millions of files: of each its name is kept, and nothing else. */
interface FolderContent {
  /** All names, sorted. */
  readonly names: readonly string[];
  readonly folders: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
}

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
  let content: FolderContent;
  try {
    real = await realpath(folder);
    if (!seenFolders.add(real) || (prefix !== '' && ownFolders.has(real))) return;
    content = await contentOf(folder);
  } catch (error) {
    const reason = `Expected a folder but could not read it: ${messageOf(error)}`;
    yield [refusedImage({ path: folder, name: prefix.slice(0, -1) }, 'unreadable-file', reason)];
    return;
  }
  let batch: PlannedImage[] = [];
  for (const file of content.names) {
    const path = join(folder, file);
    const name = prefix + file;
    const isLink = content.links.has(file);
    if (content.folders.has(file) || (isLink && (await leadsToFolder(path)))) {
      const isOwn = ownFolders.has(real) && OWN_SUBFOLDERS.has(file);
      if (isOwn || !filter.enters(name)) continue;
      if (batch.length > 0) yield batch;
      batch = [];
      yield* imagesOfFolder(path, `${name}/`, walk);
    } else if (isImageName(name)) {
      if (!filter.takes(name)) continue;
      if (!seen.add(isLink ? await targetOf(path) : join(real, file))) continue;
      if (batch.push(fileImage(path, name)) < IMAGES_A_BATCH) continue;
      yield batch;
      batch = [];
    } else {
      const isOwn = ownFolders.get(real)?.has(file);
      const kind = isOwn ? undefined : searchableKindOf(path, kinds);
      if (!kind || !filter.opens(name)) continue;
      if (batch.length > 0) yield batch;
      batch = [];
      const key = isLink ? await targetOf(path) : join(real, file);
      yield* batchesOf(kind.images({ text: path, isFolder: false, name, prefix: '', key }, walk));
    }
  }
  if (batch.length > 0) yield batch;
}

async function contentOf(folder: string): Promise<FolderContent> {
  const names: string[] = [];
  const folders = new Set<string>();
  const links = new Set<string>();
  for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
    names.push(entry.name);
    if (entry.isDirectory()) folders.add(entry.name);
    else if (entry.isSymbolicLink()) links.add(entry.name);
  }
  return { names: names.sort(), folders, links };
}

async function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

/** Where a link leads; the link itself when it leads nowhere. */
async function targetOf(link: string): Promise<string> {
  return realpath(link).catch(() => link);
}

/** Folders, searched through. */
export function folderKind(): SourceKind {
  return {
    takes: (input) => input.isFolder,
    images: ({ text, prefix }, search) => imagesBelow(text, prefix, search),
  };
}
