/**
 * The folder that all tools of the Hugging Face hub share, laid out as huggingface_hub documents it:
 * `models--ORG--NAME/blobs/SHA256`, `snapshots/COMMIT/PATH` as links to them, and `refs/BRANCH` with the commit that a branch was.
 *
 * @module
 */

import { mkdir, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { writeAtomic } from '../../../storage/write-atomic.js';

/** The hub's cache: HF_HUB_CACHE, or `hub` in HF_HOME or in the user's cache folder. */
function hubCacheFolder(): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  if (HF_HUB_CACHE) return resolve(HF_HUB_CACHE);
  return join(resolve(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface')), 'hub');
}

/** The folder of a repository in the cache: a model's (ORG/NAME), or a space's (spaces/ORG/NAME). */
export function repoFolderOf(repo: string): string {
  const parts = repo.split('/');
  return join(hubCacheFolder(), (parts[0] === 'spaces' ? parts : ['models', ...parts]).join('--'));
}

/** Where the bytes with that sum are. */
export function blobPathOf(repo: string, sha256: string): string {
  return join(repoFolderOf(repo), 'blobs', sha256);
}

/** Where a file of a repository is. */
export function snapshotPathOf(repo: string, commit: string, path: string): string {
  return join(repoFolderOf(repo), 'snapshots', commit, path);
}

/** Whether a revision is a commit, which never changes, and no branch. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** The commit that a branch was when it was last asked for; undefined when it never was. */
export async function commitOfBranch(repo: string, branch: string): Promise<string | undefined> {
  const text = await readFile(join(repoFolderOf(repo), 'refs', branch), 'utf8').catch(() => '');
  return isCommit(text.trim()) ? text.trim() : undefined;
}

/** Notes which commit a branch is now. */
export async function keepBranch(repo: string, branch: string, commit: string): Promise<void> {
  await writeAtomic(join(repoFolderOf(repo), 'refs', branch), commit);
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

/** Removes a file of a snapshot, its blob unless another snapshot has it, and the snapshot with its last file. */
export async function removeFromCache(snapshot: string, repo: string): Promise<void> {
  const blob = await realpath(snapshot).catch(() => undefined);
  await rm(snapshot, { force: true });
  await removeEmptySnapshot(snapshot, repo);
  const blobs = join(repoFolderOf(repo), 'blobs');
  if (blob === undefined || dirname(blob) !== (await realpath(blobs).catch(() => blobs))) return;
  const snapshots = join(repoFolderOf(repo), 'snapshots');
  const names = await readdir(snapshots, { recursive: true }).catch(() => []);
  for (const name of names) if ((await realpath(join(snapshots, name)).catch(() => '')) === blob) return;
  await rm(blob, { force: true });
}

/** A commit without files would stay as a folder, and in the branches that were it. */
async function removeEmptySnapshot(file: string, repo: string): Promise<void> {
  const snapshots = join(repoFolderOf(repo), 'snapshots');
  const [commit] = relative(snapshots, file).split(sep);
  if (!isCommit(commit)) return;
  const left = await readdir(join(snapshots, commit), { recursive: true, withFileTypes: true }).catch(() => []);
  if (left.some((entry) => !entry.isDirectory())) return;
  await rm(join(snapshots, commit), { recursive: true, force: true });
  const refs = join(repoFolderOf(repo), 'refs');
  for (const branch of await readdir(refs, { recursive: true }).catch(() => [])) {
    if ((await commitOfBranch(repo, branch)) === commit) await rm(join(refs, branch), { force: true });
  }
}
