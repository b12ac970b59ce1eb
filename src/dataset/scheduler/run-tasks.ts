import { locatorOf, type PlannedImage } from '../plan/planned-image.js';
import { isInShard, type Shard, shareOf, WHOLE } from '../plan/shard.js';
import type { PlacedPlan, RunFolder } from '../run-folder/run-folder.js';
import type { NewImage } from '../sinks/sink.js';
import type { DatasetRun } from './dataset-run.js';
import type { PreparedRun } from './prepared-run.js';

/** An image whose turn it is. */
export interface RunTask {
  readonly planned: PlannedImage;
  readonly locator: string;
  readonly imageId: number;
  /** Of its result. */
  readonly name: string;
}

/** What is planned, and what is known of it. */
interface PlannedParts extends Pick<PreparedRun, 'plan'> {
  readonly folder: Pick<RunFolder, 'journal' | 'hasOtherInputs'>;
}

/** What an earlier start made of an image, where this one leaves it so. */
function settledStateOf({ resume }: Pick<DatasetRun, 'resume'>, { folder }: PlannedParts, locator: string) {
  const state = folder.journal.stateOf(locator);
  return state === 'failed' && resume?.retryFailed ? undefined : state;
}

/**
 * The images of the run's shard that are to be done, in their order.
 *
 * @param onPassedOver - Told of each image that an earlier start did, or failed to do.
 */
export async function* tasksOf(
  run: DatasetRun,
  parts: PlannedParts & Pick<PreparedRun, 'names' | 'firstImageId'>,
  onPassedOver: (state: 'done' | 'failed') => void,
): AsyncGenerator<RunTask> {
  const { plan, names, firstImageId } = parts;
  const { shard = WHOLE } = run;
  let position = 0;
  for await (const images of plan.images()) {
    for (const planned of images) {
      // a name may depend on those before: it is then taken for images too that are not done here
      const earlyName = names.dependOnOrder ? names.next(planned.name) : undefined;
      const imageId = firstImageId + position;
      if (!isInShard(position++, shard)) continue;
      const locator = locatorOf(planned);
      const state = settledStateOf(run, parts, locator);
      if (state) onPassedOver(state);
      else yield { planned, locator, imageId, name: earlyName ?? names.next(planned.name) };
    }
  }
}

/** The shard's images that no start was asked for before. */
export async function* newImagesOf(
  shard: Shard,
  { plan, names, folder, firstNew }: PlannedParts & Pick<PreparedRun, 'names'> & PlacedPlan,
): AsyncGenerator<NewImage> {
  if (firstNew >= plan.digest.count) return;
  const asked = names.fromTheFirst();
  let position = 0;
  for await (const images of plan.images()) {
    for (const planned of images) {
      const isNew = position >= firstNew && isInShard(position, shard);
      position++;
      if (!isNew && !asked.dependOnOrder) continue;
      const name = asked.next(planned.name);
      // with other inputs than before, some may be the same
      if (isNew && !folder.journal.stateOf(locatorOf(planned))) yield { name, path: planned.path };
    }
  }
}

/**
 * How many images {@link tasksOf} will give.
 *
 * @throws the reason of the run's signal once that is aborted.
 */
export async function countTasks(
  run: Pick<DatasetRun, 'shard' | 'resume' | 'signal'>,
  parts: PlannedParts,
): Promise<number> {
  const { shard = WHOLE, resume, signal } = run;
  const { plan, folder } = parts;
  const { journal } = folder;
  const share = shareOf(plan.digest.count, shard);
  if (journal.done + journal.failed === 0) return share;
  if (!folder.hasOtherInputs) return Math.max(0, share - journal.done - (resume?.retryFailed ? 0 : journal.failed));
  // the journal is about other images too
  let count = 0;
  let position = 0;
  for await (const images of plan.images()) {
    signal?.throwIfAborted();
    for (const planned of images) {
      if (isInShard(position++, shard) && !settledStateOf(run, parts, locatorOf(planned))) count++;
    }
  }
  return count;
}
