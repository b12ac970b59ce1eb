import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { VOTERS } from '../amg/selection/agreement.js';
import { REFERENCE_SETTINGS, resolveSettings } from '../amg/settings.js';
import { RUN_FILES } from '../dataset/run-folder/file-names.js';
import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import type { EverythingJob } from '../execute/job.js';
import { catalogueEntryNamed } from '../model/catalogue/catalogue.js';
import { embeddingSumOf, sumOf } from '../model/catalogue/model-sum.js';
import { resolvedLocation } from '../storage/open-storage.js';
import { removeUnusedFolders } from '../storage/unused-folders.js';
import { userCacheDir } from '../storage/user-cache.js';

/** Days after which candidates that nobody used are removed. */
const KEPT_DAYS = 30;

/** Who proposes masks, and where. */
export type CandidateJobOptions = Pick<EverythingJob, 'model' | 'device' | 'embeddings'> & {
  readonly pointsPerSide: number;
};

/** A job that keeps every mask that the sweep may choose: hardly filtered, duplicates and all. */
export function candidateJobOf({ pointsPerSide, ...rest }: CandidateJobOptions): EverythingJob {
  // an IoU above 1 there is not
  const settings = resolveSettings({ ...REFERENCE_SETTINGS, ...VOTERS, pointsPerSide, nms: 'mask', boxNmsThresh: 1 });
  return { kind: 'everything', ...rest, settings };
}

/** Where the candidates of a model are kept for some images, unless the user says where: what another model or folder proposes lies elsewhere. */
export function candidatesFolderOf({ model, settings, embeddings }: EverythingJob, data: string, gt: string): string {
  const entry = catalogueEntryNamed(model);
  const parts = [
    embeddingSumOf(entry),
    sumOf(entry.decoder),
    settings,
    embeddings?.type,
    resolvedLocation(data),
    resolvedLocation(gt),
  ];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  return join(candidatesRoot(), `${entry.name.replaceAll(/[^\w.-]/g, '_')}-${key}`);
}

function candidatesRoot(): string {
  return join(userCacheDir(), 'calibration');
}

/**
 * Removes candidates from the cache that no calibration used for {@link KEPT_DAYS} days.
 *
 * @param folder - Where those are that are used now: they stay.
 * @returns What was removed, in words; undefined when nothing was.
 */
export async function removeOldCandidates(folder: string): Promise<string | undefined> {
  const root = candidatesRoot();
  // each start of a run writes it anew
  const gone = await removeUnusedFolders(root, { writtenAtUse: RUN_FILES.manifest, days: KEPT_DAYS, except: folder });
  if (gone.length === 0) return undefined;
  return `Removed from ${root} what no calibration used for ${KEPT_DAYS} days: ${gone.join(', ')}`;
}

/** How the candidates are written and gone on with: images that failed are tried again. */
export function candidatesOutputOf(folder: string, overwrite: boolean): Pick<DatasetRun, 'output' | 'resume'> {
  return {
    output: { folder, format: 'json', recordsPerFile: 1, copyImages: false },
    resume: { overwrite, retryFailed: true },
  };
}
