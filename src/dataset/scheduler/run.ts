import { SamError } from '../../errors.js';
import { type Parallelism, parallelismFor } from '../../execute/default-parallelism.js';
import { ThreadExecutor } from '../../execute/thread-executor.js';
import { catalogueEntryNamed } from '../../model/catalogue/catalogue.js';
import { checkFolder } from '../../storage/check-folder.js';
import { FolderStorage } from '../../storage/folder-storage.js';
import { OutputNames } from '../plan/output-names.js';
import { type Plan, planOf } from '../plan/plan.js';
import { isInShard, shareOf } from '../plan/shard.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import { journalLines } from '../run-folder/journal-lines.js';
import { type RunIdentity, readManifest } from '../run-folder/manifest.js';
import { allowedDifferences, RunFolder } from '../run-folder/run-folder.js';
import type { Sink } from '../sinks/sink.js';
import { sinkOf } from '../sinks/sinks.js';
import { IMAGE_EXTENSIONS } from '../sources/extensions.js';
import { type InputSelection, imagesOf } from '../sources/input-images.js';
import { locatorOf } from '../sources/planned-image.js';
import type { DatasetRun } from './dataset-run.js';
import type { RunSummary } from './events.js';
import { RunLoop } from './run-loop.js';

/** With so many images planned, more of them do not change how many workers there are. */
const MANY_IMAGES = 1024;

function identityOf({ job, model, shard, embeddings }: DatasetRun, sink: Sink): RunIdentity {
  const { name, encoder, decoder } = catalogueEntryNamed(model);
  return {
    job: job.name,
    model: { name, encoder_sha256: encoder.sha256, decoder_sha256: decoder.sha256 },
    // another type of embeddings gives other masks; where they lie does not matter
    settings: embeddings ? { ...job.settings, embeddings: embeddings.type } : job.settings,
    output: sink.identity,
    shard,
  };
}

function checkNotEmpty(plan: Plan, { inputs, inputList }: InputSelection): void {
  if (plan.digest.count > 0) return;
  const places = [
    ...inputs,
    ...(inputList === undefined ? [] : [typeof inputList === 'string' ? inputList : 'the list']),
  ];
  throw new SamError(
    'bad-usage',
    `Expected images (${[...IMAGE_EXTENSIONS].join(' ')}) but found none in ${places.join(', ')}`,
  );
}

/** Images of the shard that this start has to do. */
async function countToDo(run: DatasetRun, plan: Plan, folder: RunFolder): Promise<number> {
  const { journal } = folder;
  const isSettled = (state: ReturnType<typeof journal.stateOf>) =>
    state === 'done' || (state === 'failed' && !run.resume?.retryFailed);
  const share = shareOf(plan.digest.count, run.shard);
  if (journal.done + journal.failed === 0) return share;
  if (!folder.hasOtherInputs) return Math.max(0, share - journal.done - (run.resume?.retryFailed ? 0 : journal.failed));
  // the journal is about other images too
  let toDo = 0;
  let position = 0;
  for await (const images of plan.images()) {
    for (const planned of images) {
      if (isInShard(position++, run.shard) && !isSettled(journal.stateOf(locatorOf(planned)))) toDo++;
    }
  }
  return toDo;
}

/**
 * Does a job with every image of a dataset. An image that fails is an event, a line in failures.ndjson and a count, not an
 * exception; a run that ends early, however it ends, goes on where it was when started again.
 *
 * @throws SamError `bad-usage` for wrong inputs, `changed-run`, `run-in-use`, `bad-run-folder`, `bad-model` when the model cannot
 *   be loaded, `unwritable-output` when a result cannot be written.
 */
export async function runDataset(run: DatasetRun): Promise<RunSummary> {
  const { onEvent, output, signal } = run;
  const startedAt = performance.now();
  const sink = sinkOf(output);
  const identity = identityOf(run, sink);
  // before anything is made: a wrong command leaves no trace
  await checkFolder(output.folder, '--out');
  const storage = new FolderStorage(output.folder);
  const earlier = await readManifest(storage).catch((error: unknown) => {
    if (run.resume?.overwrite) return undefined;
    throw error;
  });
  const differences = allowedDifferences(earlier, identity, output.folder, run.resume ?? {});

  let started: { pool: ThreadExecutor; parallelism: Parallelism; warm: Promise<void> } | undefined;
  /** The workers, begun as soon as it is known how many: they load their model while the rest is planned. */
  function workersFor(images: number) {
    if (started) return started;
    const parallelism = parallelismFor(images, run.parallelism);
    const onNotice = (message: string) => onEvent({ event: 'notice', message });
    const { model, embeddings } = run;
    const pool = new ThreadExecutor({ ...parallelism, model, onNotice, ...(embeddings && { embeddings }) });
    const warm = pool.warmUp();
    warm.catch(() => undefined);
    started = { pool, parallelism, warm };
    return started;
  }

  const names = new OutputNames({ dots: sink.allowsDots });
  let plan: Plan | undefined;
  let folder: RunFolder | undefined;
  try {
    plan = await planOf(
      imagesOf({ ...run.selection, ownFolders: [output.folder, run.overlayFolder ?? output.folder] }),
      {
        names,
        earlierCounts: earlier?.inputs.map(({ count }) => count) ?? [],
        onCount: (count) => {
          const share = shareOf(count, run.shard);
          if (share >= MANY_IMAGES) workersFor(share);
        },
      },
    );
    checkNotEmpty(plan, run.selection);
    folder = await RunFolder.open(storage, identity, run.resume ?? {}, run.command, {
      onWait: (message) => onEvent({ event: 'notice', message }),
      ...(signal && { signal }),
    });
    const firstImageId = await folder.begin(plan, names);
    const { lastPart } = folder.journal;
    await sink.open({
      storage,
      isNew: folder.isNew,
      ...(lastPart && { lastPart }),
      ...(run.prompts && { prompts: run.prompts }),
      journalLines: () => journalLines(storage),
    });
    for (const words of differences) onEvent({ event: 'notice', message: `--force: ${words}` });
    const settledBefore = folder.journal.done + folder.journal.failed;
    const images = await countToDo(run, plan, folder);
    // by all images, not by those left: the threads of a model may change the last bit of its numbers
    const { pool, parallelism, warm } = workersFor(Math.max(1, shareOf(plan.digest.count, run.shard)));
    if (images > 0) await warm;
    const current = new RunLoop(run, { plan, names, folder, sink, pool, workers: parallelism.workers });
    signal?.addEventListener('abort', () => onEvent({ event: 'interrupted', in_flight: current.inFlight }));
    onEvent({ event: 'run_started', images, settled_before: settledBefore, ...parallelism });
    const count = await current.doAll(firstImageId);
    if (!signal?.aborted) {
      const message = await sink.finish();
      if (message !== undefined) onEvent({ event: 'notice', message });
    }
    await sink.close();
    const seconds = (performance.now() - startedAt) / 1000;
    const summary: RunSummary = {
      ...count,
      seconds,
      seconds_per_image: count.images > 0 ? seconds / count.images : 0,
      interrupted: signal?.aborted ?? false,
      too_many_failures: current.hasTooManyFailures,
    };
    const failures_by_code = await folder.settleFailures();
    const { done, failed, masks } = folder.journal;
    const total = { planned: shareOf(plan.digest.count, run.shard), done, failed, masks, failures_by_code };
    await folder.writeSummary({ finished_at: new Date().toISOString(), ...summary, total });
    const failuresFile = failed > 0 ? { failures_file: storage.locate(RUN_FILES.failures) } : {};
    onEvent({ event: 'run_finished', ...summary, ...failuresFile });
    return summary;
  } catch (error) {
    await sink.close().catch(() => undefined);
    throw error;
  } finally {
    await Promise.all([started?.pool.close(), plan?.close(), folder?.close()]);
  }
}
