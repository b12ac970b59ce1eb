import type { Job } from 'bullmq';
import { BatchRecords } from '../../dataset/run-folder/batch-records.js';
import { QUEUE_FOLDER } from '../../dataset/run-folder/file-names.js';
import { type JournalLine, journalLines } from '../../dataset/run-folder/journal-lines.js';
import { RunFolder } from '../../dataset/run-folder/run-folder.js';
import { wordCategoriesOf } from '../../dataset/run-folder/words-identity.js';
import type { RunListener } from '../../dataset/scheduler/events.js';
import { sinkFor } from '../../dataset/scheduler/output-formats.js';
import { openStorage } from '../../storage/open-storage.js';
import type { BatchData } from '../batch.js';
import type { QueueConnection } from '../redis/queue-connection.js';
import type { RunBoard, RunEntry } from '../redis/run-board.js';
import { begunBatchOf, settleBatch } from './batch-job.js';
import { checkSeesRun, promptsOfJob } from './run-parts.js';

/** What the end of a run is made with. */
export interface FinishParts {
  readonly entry: RunEntry;
  readonly board: RunBoard;
  readonly connection: QueueConnection;
  readonly onEvent: RunListener;
}

/**
 * Ends a run whose last batch is done: what the workers noted becomes its journal, failures.ndjson, summary and, with such formats, the
 * COCO file or the export of all. The folder is then as if one process had made it. Done again, it changes nothing.
 *
 * @returns whether it did; not while other jobs of the run are there.
 * @throws SamError `run-in-use` while a command works in the folder, `bad-run-folder`, `unwritable-output`.
 */
export async function finishRun({ entry, board, connection, onEvent }: FinishParts): Promise<boolean> {
  const { id, run, addedAt } = entry;
  const queue = connection.batchesOf(id);
  const isLastJob = async () => {
    const counts = await queue.getJobCounts('wait', 'delayed', 'prioritized', 'active');
    // this job is active itself
    const others = Object.values(counts).reduce((sum, count) => sum + count, 0) - 1;
    return others <= 0 && (await board.stateOf(id)) === 'open';
  };
  if (!(await isLastJob())) return false;
  const storage = openStorage(run.output.folder);
  const onNotice = (message: string) => onEvent({ event: 'notice', message });
  const records = new BatchRecords(storage, run.begunAt, onNotice);
  for (const job of await queue.getFailed(0, -1)) await giveUp(job, records, { run: id, board, connection });
  const folder = await RunFolder.open(storage, run.identity, {}, [], { onWait: onNotice, onNotice });
  try {
    await checkSeesRun(run);
    // jobs may have come while the folder was waited for: they are put in the queue by who holds it
    if (!(await isLastJob())) return false;
    const failuresByCode = await folder.settleFailures();
    const { done, failed, masks } = folder.journal;
    const { planned } = folder;
    if (done + failed >= planned) await finishSink(entry, folder, onEvent);
    const total = { planned, done, failed, masks, failures_by_code: failuresByCode };
    const seconds = (Date.now() - addedAt) / 1000;
    await folder.writeSummary({ finished_at: new Date().toISOString(), queue: { run: id, seconds }, total });
    await removeNotes(run.output.folder);
    await board.finish(id, { done, failed, masks, failuresByCode });
    onNotice(`${storage.location}: ${done} of ${planned} images done, ${failed} failed; run ${id} has ended`);
    return true;
  } finally {
    await folder.close();
  }
}

/** Makes what a format makes of the whole run, such as the COCO file. */
async function finishSink({ run }: RunEntry, { storage }: RunFolder, onEvent: RunListener): Promise<void> {
  const sink = sinkFor(run.output);
  const prompts = await promptsOfJob(run.job);
  try {
    await sink.open({
      storage,
      isNew: false,
      ...(prompts && { prompts }),
      wordCategories: wordCategoriesOf(run.identity.settings),
      async *newImages() {},
      journalLines: () => journalLines(storage),
    });
    const words = await sink.finish();
    if (words !== undefined) onEvent({ event: 'notice', message: words });
  } finally {
    await sink.close();
  }
}

/** The images of a job that the queue gave up, as after too many workers died of it, are failures. */
async function giveUp(
  job: Job<BatchData>,
  records: BatchRecords,
  parts: Pick<FinishParts, 'board' | 'connection'> & { readonly run: string },
): Promise<void> {
  const id = String(job.id);
  let lines = await records.read(id);
  if (!lines) {
    const { begun, left } = await begunBatchOf(job, records);
    const reason = `The job with it was given up: ${job.failedReason}`;
    const failed = left.map(
      ({ imageId, locator }): JournalLine => ({
        image_id: imageId,
        state: 'failed',
        image: locator,
        code: 'worker-lost',
        reason,
        at: Date.now(),
      }),
    );
    lines = [...begun, ...failed].sort((a, b) => a.image_id - b.image_id);
    await records.write(id, lines);
  }
  await settleBatch(id, lines, parts);
  await job.remove();
}

/** Removes what only workers needed, with what killed ones left. */
async function removeNotes(folder: string): Promise<void> {
  const storage = openStorage(folder);
  const names: string[] = [];
  for await (const name of storage.list(`${QUEUE_FOLDER}/`)) names.push(name);
  for (const name of names) await storage.remove(name);
  await openStorage(folder, QUEUE_FOLDER).removeTemporaryFiles();
}
