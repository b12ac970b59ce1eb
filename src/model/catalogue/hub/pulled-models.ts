/**
 * What was pulled: a small file a model in sam-cli's cache folder says where its files are and what they must be.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { userCacheDir } from '../../../storage/user-cache.js';
import { writeAtomic } from '../../../storage/write-atomic.js';
import { type AnyHubModel, type FilesByRole, filesByRole, type HubFile, type ModelFile } from '../entry.js';
import { isCommit, removeFromCache } from './hub-cache.js';

/** A model that was pulled. */
export interface PulledModel {
  readonly name: string;
  readonly repo: string;
  readonly files: FilesByRole<ModelFile>;
}

function recordPathOf(name: string): string {
  return join(userCacheDir(), 'models', `${name.replaceAll(/[^\w.-]/g, '_')}.json`);
}

/** What was pulled of a model; undefined when nothing was, or when it was of another entry of that name. */
export function pulledModelOf(model: AnyHubModel): PulledModel | undefined {
  const { name, source } = model;
  const pulled = pulledModelNamed(name);
  if (pulled?.repo !== source.repo) return undefined;
  const roles = Object.entries(filesByRole(model));
  const isSame = roles.every(([role, file]) => {
    const own = pulled.files[role];
    return own !== undefined && isOf(own, file, source.revision);
  });
  return isSame ? pulled : undefined;
}

/** Whether a file that was pulled is the one an entry means: by its sum, or by its place where the entry knows no sum. */
function isOf(pulled: ModelFile, { path, sha256, externalData }: HubFile, revision: string): boolean {
  const place = isCommit(revision) ? join('snapshots', revision, path) : join(path);
  const isSame = sha256 === undefined ? pulled.path.endsWith(`${sep}${place}`) : pulled.sha256 === sha256;
  if (!isSame || externalData === undefined) return isSame;
  const beside = pulled.externalData ?? [];
  return beside.length === externalData.length && externalData.every((file, i) => isOf(beside[i], file, revision));
}

/** What was pulled under that name, whatever its entry says today; undefined when nothing was. */
export function pulledModelNamed(name: string): PulledModel | undefined {
  try {
    const { name: ofRecord, repo, ...files } = JSON.parse(readFileSync(recordPathOf(name), 'utf8'));
    const all = Object.values<ModelFile>(files);
    return ofRecord === name && all.length > 0 && all.every(({ sha256 }) => sha256) ? { name, repo, files } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps what was pulled. */
export async function keepRecord({ name, repo, files }: PulledModel): Promise<void> {
  await writeAtomic(recordPathOf(name), `${JSON.stringify({ name, repo, ...files }, undefined, 2)}\n`);
}

/** Files of a model, those of its weights included. */
export function filesOf(files: FilesByRole<ModelFile>): ModelFile[] {
  return Object.values(files).flatMap((file) => [file, ...(file.externalData ?? [])]);
}

/** Removes what was pulled: the record first, so that half a model is never found. */
export async function removePulled(pulled: PulledModel): Promise<void> {
  await rm(recordPathOf(pulled.name), { force: true });
  for (const { path } of filesOf(pulled.files)) await removeFromCache(path, pulled.repo);
}
