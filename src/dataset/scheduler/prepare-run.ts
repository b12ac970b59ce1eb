import { SamError } from '../../errors.js';
import { OutputNames } from '../plan/output-names.js';
import { type Plan, planOf } from '../plan/plan.js';
import { shareOf, WHOLE } from '../plan/shard.js';
import { untilAborted } from '../plan/until-aborted.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import { journalLines } from '../run-folder/journal-lines.js';
import { RunFolder } from '../run-folder/run-folder.js';
import { wordCategoriesOf } from '../run-folder/words-identity.js';
import { OverlayFolder } from '../sinks/overlay-folder.js';
import type { SinkRun } from '../sinks/sink.js';
import { ImageReader } from '../sources/image-reader.js';
import { openInputs } from '../sources/input-images.js';
import type { Source } from '../sources/source.js';
import type { Closables } from './closables.js';
import type { DatasetRun } from './dataset-run.js';
import { type IdentifiedRun, identify, openedPrompts } from './identify-run.js';
import { ImagePrompter } from './image-prompter.js';
import type { PreparedRun } from './prepared-run.js';
import { RunExecutor } from './run-executor.js';
import { modelIdentityOf } from './run-identity.js';
import { outputOf, type RunOutput } from './run-output.js';
import { countTasks, newImagesOf } from './run-tasks.js';

/** With so many images planned, more of them do not change how many workers there are. */
const MANY_IMAGES = 1024;

/**
 * Everything before the first image: lists the images, opens the run's own files and the sink, and waits for the model.
 *
 * @param open - Takes notice of what is opened.
 * @throws the reason of the run's signal once that is aborted: before the run's own files are open, nothing was made then. Otherwise
 *   as `runDataset`.
 */
export async function prepareRun(run: DatasetRun, open: Closables): Promise<PreparedRun> {
  const { job, signal, overlayFolder, overlayFormat = 'jpg', shard = WHOLE, limits = {} } = run;
  const output = await outputOf(run);
  const source = open.add(sourceOf(run, output));
  const prompts = job.kind === 'segment' ? await untilAborted(openedPrompts(job.prompts, output), signal) : undefined;
  const identified = await untilAborted(identify(run, output, prompts), signal);
  const executor = new RunExecutor(run, open);
  const names = new OutputNames({ dots: output.sink.allowsDots });
  const plan = await planImages(run, source, { names, executor, ...identified });
  open.add(plan);
  const folder = open.add(await openFolder(run, output, identified));
  const placed = await folder.place(plan, names);
  const newImages = () => newImagesOf(shard, { plan, names, folder, ...placed });
  const sink = open.add(output.sink);
  const wordCategories = wordCategoriesOf(identified.identity.settings);
  await sink.open(sinkRunOf({ folder, prompts, wordCategories, newImages }));
  const overlays =
    overlayFolder === undefined ? undefined : new OverlayFolder(overlayFolder, output.storage.location, overlayFormat);
  await overlays?.refuseForeign(newImages(), run.resume?.overwrite ?? false);
  await folder.begin();
  for (const words of identified.differences) run.onEvent?.({ event: 'notice', message: `--force: ${words}` });
  const toDo = await countTasks(run, { plan, folder });
  // by all images, not by those left: the threads of a model may change the last bit of its numbers
  const images = Math.max(1, shareOf(plan.digest.count, shard));
  if (toDo > 0) await confirmModel(run, folder, executor.ready(images));
  return {
    plan,
    names,
    folder,
    output,
    sink,
    ...(overlays && { overlays }),
    reader: new ImageReader(source, limits, sink.copiesImages),
    prompter: new ImagePrompter(prompts),
    executor: executor.madeFor(images),
    firstImageId: placed.firstImageId,
    toDo,
  };
}

function sourceOf({ selection, source, overlayFolder }: DatasetRun, { storage }: RunOutput): Source {
  if (source && !selection) return source;
  if (!selection || source) {
    throw new SamError('bad-usage', `Expected inputs or a source but received ${source ? 'both' : 'neither'}`);
  }
  return openInputs({ ...selection, ownFolders: [storage.location, overlayFolder ?? storage.location] });
}

/** Lists all images. The executor is made as soon as there are so many that more do not matter: it loads its model meanwhile. */
async function planImages(
  run: DatasetRun,
  source: Source,
  { names, executor, earlierInputs }: IdentifiedRun & { names: OutputNames; executor: RunExecutor },
): Promise<Plan> {
  const { signal, onEvent, shard = WHOLE } = run;
  onEvent?.({ event: 'planning', images: 0 });
  const plan = await planOf(source.images(), {
    names,
    ...(signal && { signal }),
    earlierCounts: earlierInputs.map(({ count }) => count),
    onCount: (count) => {
      onEvent?.({ event: 'planning', images: count });
      const share = shareOf(count, shard);
      if (share >= MANY_IMAGES) void executor.ready(share);
    },
  });
  if (plan.digest.count > 0) return plan;
  await plan.close();
  throw new SamError('bad-usage', 'Expected images but the source has none');
}

/** Opens the run's own files. Another machine may be working there, which takes a while to find out. */
async function openFolder(run: DatasetRun, { storage }: RunOutput, { identity }: IdentifiedRun): Promise<RunFolder> {
  const { resume = {}, command = [], signal, onEvent } = run;
  const onNotice = (message: string) => onEvent?.({ event: 'notice', message });
  return RunFolder.open(storage, identity, resume, command, {
    onWait: onNotice,
    onNotice,
    ...(signal && { signal }),
  });
}

function sinkRunOf({
  folder,
  prompts,
  wordCategories = [],
  newImages,
}: Pick<SinkRun, 'newImages' | 'wordCategories'> & { folder: RunFolder; prompts: PromptSet | undefined }): SinkRun {
  const { storage } = folder;
  const { lastPart } = folder.journal;
  return {
    storage,
    isNew: folder.isNew,
    ...(lastPart && { lastPart }),
    ...(prompts && { prompts }),
    wordCategories,
    newImages,
    journalLines: () => journalLines(storage),
  };
}

/** Waits for the model, and sees to it that its results do not mix with others. */
async function confirmModel(run: DatasetRun, folder: RunFolder, ready: ReturnType<RunExecutor['ready']>) {
  run.onEvent?.({ event: 'loading_model' });
  const loaded = await untilAborted(ready, run.signal);
  for (const words of await folder.confirmModel(modelIdentityOf(run.job, loaded), run.resume ?? {})) {
    run.onEvent?.({ event: 'notice', message: `--force: ${words}` });
  }
}
