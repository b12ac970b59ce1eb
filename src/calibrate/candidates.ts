import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { VOTERS } from '../amg/selection/agreement.js';
import { REFERENCE_SETTINGS, resolveSettings } from '../amg/settings.js';
import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import type { EverythingJob } from '../execute/job.js';
import { catalogueEntryNamed } from '../model/catalogue/catalogue.js';
import { embeddingSumOf, sumOf } from '../model/catalogue/model-sum.js';
import { resolvedLocation } from '../storage/open-storage.js';
import { userCacheDir } from '../storage/user-cache.js';

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
  return join(userCacheDir(), 'calibration', `${entry.name.replaceAll(/[^\w.-]/g, '_')}-${key}`);
}

/** How the candidates are written and gone on with: images that failed are tried again. */
export function candidatesOutputOf(folder: string, overwrite: boolean): Pick<DatasetRun, 'output' | 'resume'> {
  return {
    output: { folder, format: 'json', recordsPerFile: 1, copyImages: false },
    resume: { overwrite, retryFailed: true },
  };
}
