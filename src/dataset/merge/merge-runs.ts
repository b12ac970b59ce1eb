import { SamError } from '../../errors.js';
import { checkFolder } from '../../storage/check-folder.js';
import { openStorage, resolvedLocation } from '../../storage/open-storage.js';
import type { LockOptions } from '../../storage/storage.js';
import { WHOLE } from '../plan/shard.js';
import type { FailuresByCode } from '../run-folder/journal.js';
import { RunFolder } from '../run-folder/run-folder.js';
import { RunReader } from '../run-reader/run-reader.js';
import { ImageCopier } from './image-copier.js';
import { mergeCocoFiles, refuseForeignCoco } from './merge-coco.js';
import { missingShardsOf, openShards, type Shards } from './shards.js';
import { NamedImages, ShardsIndex } from './shards-index.js';

/** What {@link mergeRuns} found. */
export interface MergeReport {
  /** Images of the whole run. */
  readonly planned: number;
  /** Records written. */
  readonly images: number;
  readonly masks: number;
  readonly failures: number;
  readonly failures_by_code: FailuresByCode;
  /** Images that none of the folders has a record or a failure of. */
  readonly gaps: number;
  /** Ids of the first of them. */
  readonly first_gaps: readonly number[];
  /** Shards of the run that no folder was given for, as `--shard` names them. */
  readonly missing_shards: readonly string[];
  /** Images that several folders have a record of; that of the folder named first was taken. */
  readonly duplicates: number;
  /** Ids of the first of them. */
  readonly first_duplicates: readonly number[];
  /** What became of the COCO files of the shards, in words; not there when they have none. */
  readonly coco?: string;
  /** Whether every image with masks is in the COCO file; not there when the shards have none. */
  readonly coco_is_whole?: boolean;
}

/** Options of {@link mergeRuns}. */
export interface MergeOptions extends LockOptions {
  /** Output folders of the shards. */
  readonly folders: readonly string[];
  /** Output folder of the whole. */
  readonly out: string;
  /** Whether what an earlier run or merge made in `out` is removed. @default false */
  readonly overwrite?: boolean;
  /** For the manifest. */
  readonly command: readonly string[];
}

/**
 * Copies what the shards have of every image.
 *
 * @param isNew - Whether no start was asked for these images before.
 * @returns the images that none of them has anything of.
 */
async function copyAll(shards: Shards, whole: RunFolder, index: ShardsIndex, isNew: boolean): Promise<NamedImages> {
  const gaps = new NamedImages();
  const copier = await ImageCopier.open(shards, whole, isNew ? index.doneLines() : nothing());
  try {
    await whole.begin();
    for await (const { id, shard, line } of index.lines()) {
      if (!line || !(await copier.copy(shard, line))) gaps.add(id);
    }
  } finally {
    await copier.close();
  }
  return gaps;
}

async function* nothing(): AsyncGenerator<never> {}

/**
 * Joins the output folders of a run's shards to one that is as if one process had made it: records byte for byte, in the order of
 * the images, with a journal, failures.ndjson and a manifest, so that the same command can go on in it. Their COCO files become one.
 *
 * @throws SamError `bad-usage` when the folders are not shards of one run, `bad-run-folder` when one is damaged or a file that no run
 *   made is in the way, `run-in-use`, `unwritable-output`; the reason of the signal that ends the wait for a lock.
 */
export async function mergeRuns(options: MergeOptions): Promise<MergeReport> {
  const { folders, out, overwrite = false, command, ...waiting } = options;
  await checkFolder(out, '--out');
  if (folders.some((folder) => resolvedLocation(folder) === resolvedLocation(out))) {
    throw new SamError('bad-usage', `Expected a folder of its own for --out but ${out} is one of the shards`);
  }
  const shards = await openShards(folders);
  const storage = openStorage(out);
  if (!overwrite && (await RunReader.find(storage))) {
    throw new SamError('bad-usage', `Expected a new folder for --out but ${out} holds a run`, 'Or use --overwrite.');
  }
  const index = await ShardsIndex.of(shards);
  const { job, model, settings, output, inputs } = shards[0].manifest;
  const identity = { job, model, settings, output, shard: WHOLE };
  const whole = await RunFolder.open(storage, identity, { overwrite }, command, waiting);
  try {
    const isNew = whole.adopt(inputs, folders.map(resolvedLocation));
    await refuseForeignCoco(shards, whole.storage);
    const gaps = await copyAll(shards, whole, index, isNew);
    const failuresByCode = await whole.settleFailures();
    const coco = await mergeCocoFiles(shards, index, whole.storage);
    const { done, failed, masks } = whole.journal;
    const { duplicates } = index;
    const report: MergeReport = {
      planned: inputs.reduce((sum, { count }) => sum + count, 0),
      images: done,
      masks,
      failures: failed,
      failures_by_code: failuresByCode,
      gaps: gaps.count,
      first_gaps: gaps.first,
      missing_shards: missingShardsOf(shards),
      duplicates: duplicates.count,
      first_duplicates: duplicates.first,
      ...(coco && { coco: coco.words, coco_is_whole: coco.isWhole }),
    };
    await whole.writeSummary({ finished_at: new Date().toISOString(), merged: report });
    return report;
  } finally {
    await whole.close();
  }
}
