import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const DAY = 24 * 3600 * 1000;

/** Options of {@link removeUnusedFolders}. */
export interface UnusedFoldersOptions {
  /** A file of each folder that every use writes; a folder without it is left alone. */
  readonly writtenAtUse: string;
  readonly days: number;
  /** The path of a folder that stays. */
  readonly except: string;
}

/**
 * Removes folders of a cache that were not used for so many days. Never throws: what cannot be removed stays.
 *
 * @param parent - What holds them; it may be missing.
 * @returns The names of the folders that are gone.
 */
export async function removeUnusedFolders(
  parent: string,
  { writtenAtUse, days, except }: UnusedFoldersOptions,
): Promise<string[]> {
  const before = Date.now() - days * DAY;
  const gone: string[] = [];
  for (const name of await readdir(parent).catch(() => [])) {
    const folder = join(parent, name);
    const used = await stat(join(folder, writtenAtUse)).catch(() => undefined);
    if (folder === except || !used || used.mtimeMs > before) continue;
    await rm(folder, { recursive: true }).then(
      () => gone.push(name),
      () => undefined,
    );
  }
  return gone;
}
