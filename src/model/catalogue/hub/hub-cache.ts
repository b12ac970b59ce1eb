/**
 * The folder that all tools of the Hugging Face hub share, laid out as huggingface_hub documents it:
 * `models--ORG--NAME/blobs/SHA256`, and `snapshots/COMMIT/PATH` as links to them.
 *
 * @module
 */

import { mkdir, readdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** The hub's cache: HF_HUB_CACHE, or `hub` in HF_HOME or in the user's cache folder. */
function hubCacheFolder(): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  if (HF_HUB_CACHE) return resolve(HF_HUB_CACHE);
  return join(resolve(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface')), 'hub');
}

/** The folder of a repository in the cache. */
export function repoFolderOf(repo: string): string {
  return join(hubCacheFolder(), ['models', ...repo.split('/')].join('--'));
}

/** Where the bytes with that sum are. */
export function blobPathOf(repo: string, sha256: string): string {
  return join(repoFolderOf(repo), 'blobs', sha256);
}

/** Where a file of a repository is. */
export function snapshotPathOf(repo: string, commit: string, path: string): string {
  return join(repoFolderOf(repo), 'snapshots', commit, path);
}

/** Gives a blob its name in a snapshot. Where links cannot be made (Windows without the right to), the blob itself goes there. */
export async function linkBlob(blob: string, snapshot: string): Promise<void> {
  await mkdir(dirname(snapshot), { recursive: true });
  await rm(snapshot, { force: true });
  try {
    await symlink(relative(dirname(snapshot), blob), snapshot);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EPERM') throw error;
    await rename(blob, snapshot);
  }
}

/** Removes a file of a snapshot, and its blob unless another snapshot has it. */
export async function removeFromCache(snapshot: string, repo: string): Promise<void> {
  const blob = await realpath(snapshot).catch(() => undefined);
  await rm(snapshot, { force: true });
  const blobs = join(repoFolderOf(repo), 'blobs');
  if (blob === undefined || dirname(blob) !== (await realpath(blobs).catch(() => blobs))) return;
  const snapshots = join(repoFolderOf(repo), 'snapshots');
  const names = await readdir(snapshots, { recursive: true }).catch(() => []);
  for (const name of names) if ((await realpath(join(snapshots, name)).catch(() => '')) === blob) return;
  await rm(blob, { force: true });
}
