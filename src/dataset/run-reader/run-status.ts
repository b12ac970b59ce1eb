import type { LockHolder } from '../../storage/storage.js';
import { shareOf } from '../plan/shard.js';
import { BatchRecords } from '../run-folder/batch-records.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import { type FailuresByCode, Journal } from '../run-folder/journal.js';
import { begunAtOf } from '../run-folder/manifest.js';
import { RunReader } from './run-reader.js';

/** How a run stands. */
export interface RunStatus {
  /** Whether a process works on it now. */
  readonly running: boolean;
  readonly process?: LockHolder;
  readonly job: string;
  readonly shard: { readonly index: number; readonly count: number };
  /** Images of the run (of its shard). */
  readonly planned: number;
  readonly done: number;
  readonly failed: number;
  /** Images without a result. */
  readonly remaining: number;
  readonly masks: number;
  readonly failures_by_code: FailuresByCode;
  /** When the command was started last. */
  readonly started_at: string;
  /** When the last image was settled; null when none was. */
  readonly updated_at: string | null;
  /** Since the last start; null before an image was done. */
  readonly images_per_minute: number | null;
  /** Of a running run. */
  readonly seconds_left: number | null;
  /** Batches of images that workers of a queue have done and that are not counted above: they are in the journal when all are done. */
  readonly batches_noted: number;
}

/**
 * How the run of an output folder stands, whether it is at work or ended. Reads only.
 *
 * @throws SamError `bad-usage` when there is no run.
 */
export async function runStatusOf(out: string): Promise<RunStatus> {
  const { storage, manifest } = await RunReader.open(out);
  const { shard, inputs, job } = manifest;
  const startedAt = Date.parse(manifest.starts.at(-1)?.at ?? '');
  let updatedAt = 0;
  let settledNow = 0;
  const journal = await Journal.read(storage, ({ at }) => {
    updatedAt = Math.max(updatedAt, at);
    if (at >= startedAt) settledNow++;
  });
  const holder = await storage.lockHolder(RUN_FILES.lock);
  const planned = inputs.reduce((sum, { count }) => sum + shareOf(count, shard), 0);
  const remaining = Math.max(0, planned - journal.done - journal.failed);
  const minutes = (updatedAt - startedAt) / 60_000;
  const perMinute = settledNow > 0 && minutes > 0 ? settledNow / minutes : null;
  return {
    running: holder !== undefined,
    ...(holder && { process: holder }),
    job,
    shard,
    planned,
    done: journal.done,
    failed: journal.failed,
    remaining,
    masks: journal.masks,
    failures_by_code: journal.failuresByCode,
    started_at: new Date(startedAt).toISOString(),
    updated_at: updatedAt > 0 ? new Date(updatedAt).toISOString() : null,
    images_per_minute: perMinute,
    batches_noted: (await new BatchRecords(storage, begunAtOf(manifest)).names()).length,
    seconds_left: holder && perMinute !== null ? (60 * remaining) / perMinute : null,
  };
}
