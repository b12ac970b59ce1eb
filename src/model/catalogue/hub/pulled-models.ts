/**
 * What was pulled: a small file a model in sam-cli's cache folder says where its files are and what they must be.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { userCacheDir } from '../../../storage/user-cache.js';
import { writeAtomic } from '../../../storage/write-atomic.js';
import type { ModelFile } from '../entry.js';
import { removeFromCache } from './hub-cache.js';

/** A model that was pulled. */
export interface PulledModel {
  readonly name: string;
  readonly repo: string;
  readonly encoder: ModelFile;
  readonly decoder: ModelFile;
}

function recordPathOf(name: string): string {
  return join(userCacheDir(), 'models', `${name.replaceAll(/[^\w.-]/g, '_')}.json`);
}

/** What was pulled under that name; undefined when nothing was. */
export function pulledModelNamed(name: string): PulledModel | undefined {
  try {
    const record: PulledModel = JSON.parse(readFileSync(recordPathOf(name), 'utf8'));
    return record.name === name && record.encoder?.sha256 && record.decoder?.sha256 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps what was pulled. */
export async function keepRecord(pulled: PulledModel): Promise<void> {
  await writeAtomic(recordPathOf(pulled.name), `${JSON.stringify(pulled, undefined, 2)}\n`);
}

/** Files of a model, those of its weights included. */
export function filesOf({ encoder, decoder }: Pick<PulledModel, 'encoder' | 'decoder'>): ModelFile[] {
  return [encoder, decoder].flatMap((file) => [file, ...(file.externalData ?? [])]);
}

/** Removes what was pulled: the record first, so that half a model is never found. */
export async function removePulled(pulled: PulledModel): Promise<void> {
  await rm(recordPathOf(pulled.name), { force: true });
  for (const { path } of filesOf(pulled)) await removeFromCache(path, pulled.repo);
}
