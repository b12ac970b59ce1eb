import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { sumOfFile } from '../../../storage/sum-of-file.js';
import type { AnyHubModel, HubFile, ModelFile } from '../entry.js';
import { commitOfBranch, isCommit, snapshotPathOf } from './hub-cache.js';

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * A file that needs no question to the hub, because it is in the cache and is what it must be; otherwise undefined.
 *
 * What it must be is what the catalogue says. Offline, as in the hub's own libraries, a branch is the commit that it was when it was last
 * asked for, and a sum that the catalogue does not know is the one that the cache has for the file's name.
 */
export async function cachedFileOf(
  { repo, revision }: AnyHubModel['source'],
  file: HubFile,
  isOffline: boolean,
): Promise<ModelFile | undefined> {
  const isKnown = isCommit(revision) && file.sha256 !== undefined && file.bytes !== undefined;
  if (!isKnown && !isOffline) return undefined;
  const commit = isCommit(revision) ? revision : await commitOfBranch(repo, revision);
  if (commit === undefined) return undefined;
  const path = snapshotPathOf(repo, commit, file.path);
  try {
    const { bytes, sha256 } = await sumOfFile(path);
    const isRight = sha256 === (file.sha256 ?? (await sumInNameOf(path)) ?? sha256) && bytes === (file.bytes ?? bytes);
    return isRight ? { path, bytes, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

/** Blobs are named by their sha256, except where links cannot be made and small files that git keeps itself. */
async function sumInNameOf(path: string): Promise<string | undefined> {
  const name = basename(await realpath(path));
  return SHA256.test(name) ? name : undefined;
}
