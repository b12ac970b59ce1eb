import { shareOf, WHOLE } from '../plan/shard.js';
import { isInterruption } from '../plan/until-aborted.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import type { FailuresByCode } from '../run-folder/journal.js';
import { Closables } from './closables.js';
import type { DatasetRun } from './dataset-run.js';
import type { RunSummary } from './events.js';
import { prepareRun } from './prepare-run.js';
import type { PreparedRun } from './prepared-run.js';
import { NOTHING_DONE, RunLoop } from './run-loop.js';
import { tasksOf } from './run-tasks.js';

/**
 * Does a job with every image of a dataset. An image that fails is an event, a line in failures.ndjson and a count, not an
 * exception; a run that ends early, however it ends, goes on where it was when started again.
 *
 * @throws SamError `bad-usage` for wrong inputs, `bad-prompt`, `changed-run`, `run-in-use`, `bad-run-folder`, `bad-model` when the
 *   model cannot be loaded, `unwritable-output` when a result cannot be written.
 */
export async function runDataset(run: DatasetRun): Promise<RunSummary> {
  const { signal, onEvent } = run;
  const open = new Closables();
  let loop: RunLoop | undefined;
  const onAbort = () => onEvent?.({ event: 'interrupted', in_flight: loop?.inFlight ?? 0 });
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort);
  try {
    const startedAt = performance.now();
    const parts = await preparedUnlessAborted(run, open);
    if (parts) {
      loop = new RunLoop(run, parts);
      tellStart(run, parts);
      await loop.doAll(tasksOf(run, parts, loop.passOver));
    }
    const failures = parts && (await finish(run, parts, open));
    const summary = summaryOf(run, loop, startedAt);
    if (parts && failures) await writeSummary(run, parts, failures, summary);
    onEvent?.({ event: 'run_finished', ...summary, ...(parts && failuresFileOf(parts)) });
    await open.closeAll();
    return summary;
  } catch (error) {
    // what ended the run is what a user has to know
    await open.closeAll().catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** See `prepareRun`; undefined when the run was interrupted before its first image. */
async function preparedUnlessAborted(run: DatasetRun, open: Closables): Promise<PreparedRun | undefined> {
  try {
    return await prepareRun(run, open);
  } catch (error) {
    if (isInterruption(error, run.signal)) return undefined;
    throw error;
  }
}

function tellStart({ onEvent }: DatasetRun, { folder, executor, toDo }: PreparedRun): void {
  const { done, failed } = folder.journal;
  const { concurrency: workers, threads } = executor;
  onEvent?.({ event: 'run_started', images: toDo, settled_before: done + failed, workers, threads });
}

/** What is left when the last image is done: a run that was interrupted goes on later, so that its sink has not seen all. */
async function finish(run: DatasetRun, parts: PreparedRun, open: Closables): Promise<FailuresByCode> {
  const { folder, sink, prompter } = parts;
  const notice = (message: string) => run.onEvent?.({ event: 'notice', message });
  const failuresByCode = await folder.settleFailures();
  if (prompter.unprompted > 0) {
    notice(
      `No prompts for ${prompter.unprompted} of the images: their records are empty. Prompts name images by the end of their path.`,
    );
  }
  if (!run.signal?.aborted) {
    const words = await sink.finish();
    if (words !== undefined) notice(words);
  }
  await open.close(sink);
  return failuresByCode;
}

function failuresFileOf({ folder, output }: PreparedRun): { failures_file?: string } {
  return folder.journal.failed > 0 ? { failures_file: output.storage.locate(RUN_FILES.failures) } : {};
}

function summaryOf({ signal }: DatasetRun, loop: RunLoop | undefined, startedAt: number): RunSummary {
  const count = loop?.count ?? NOTHING_DONE;
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    ...count,
    seconds,
    seconds_per_image: count.images > 0 ? seconds / count.images : 0,
    interrupted: signal?.aborted ?? false,
    too_many_failures: loop?.hasTooManyFailures ?? false,
  };
}

async function writeSummary(
  { shard = WHOLE }: DatasetRun,
  { folder, plan }: PreparedRun,
  failures_by_code: FailuresByCode,
  summary: RunSummary,
): Promise<void> {
  const { done, failed, masks } = folder.journal;
  const total = { planned: shareOf(plan.digest.count, shard), done, failed, masks, failures_by_code };
  await folder.writeSummary({ finished_at: new Date().toISOString(), ...summary, total });
}
