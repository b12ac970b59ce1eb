import { join } from 'node:path';
import PQueue from 'p-queue';
import { messageOf, SamError } from '../../errors.js';
import type { ThreadExecutor } from '../../execute/thread-executor.js';
import { imageResultOfRecords } from '../../formats/sa1b/read.js';
import type { OutputNames } from '../plan/output-names.js';
import type { Plan } from '../plan/plan.js';
import { isInShard } from '../plan/shard.js';
import type { RunFolder } from '../run-folder/run-folder.js';
import { OverlayFolder } from '../sinks/overlay-folder.js';
import type { Sink } from '../sinks/sink.js';
import { ImageReader, type ReadImage } from '../sources/image-reader.js';
import { locatorOf, type PlannedImage } from '../sources/planned-image.js';
import type { DatasetRun } from './dataset-run.js';
import type { RunSummary } from './events.js';
import { InOrder } from './in-order.js';
import type { JobResult } from './job.js';

/** Errors that every further image would meet too. */
const FATAL: ReadonlySet<string> = new Set(['unwritable-output', 'bad-model']);

/** Images decoded ahead of the workers, beside those being worked on: bounds the memory. */
function imagesAhead(workers: number): number {
  return Math.max(2, Math.ceil(workers / 2));
}

/** Records waiting for their turn to be written: small, and enough that one slow image does not stop the others soon. */
function recordsWaiting(workers: number, sink: Sink): number {
  return sink.isOrdered ? 4 * workers + 4 : 2;
}

/** An image whose turn it is. */
interface Task {
  readonly planned: PlannedImage;
  readonly locator: string;
  readonly imageId: number;
  /** Of its result. */
  readonly name: string;
}

/** What {@link RunLoop} works with. */
export interface RunParts {
  readonly plan: Plan;
  /** Knows all names of the plan. */
  readonly names: OutputNames;
  readonly folder: RunFolder;
  readonly sink: Sink;
  readonly pool: ThreadExecutor;
  /** Images that the pool works on at the same time. */
  readonly workers: number;
}

/** How many images came to which end. */
type RunCounts = { -readonly [Name in CountName]: RunSummary[Name] };
type CountName = 'images' | 'masks' | 'failures' | 'done_before' | 'failed_before';

/** An image and what was made of it. */
interface Made {
  readonly image: ReadImage;
  readonly result: JobResult;
  readonly startedAt: number;
}

/** Goes through the images of a run: reads ahead, keeps the workers busy, writes and notes what became of each. */
export class RunLoop {
  readonly #run: DatasetRun;
  readonly #parts: RunParts;
  readonly #reader: ImageReader;
  readonly #overlays: OverlayFolder | undefined;
  readonly #inference: PQueue;
  readonly #decoded: PQueue;
  readonly #inFlight: PQueue;
  readonly #order = new InOrder();
  readonly #count: RunCounts = { images: 0, masks: 0, failures: 0, done_before: 0, failed_before: 0 };
  #fatal: unknown;

  constructor(run: DatasetRun, parts: RunParts) {
    this.#run = run;
    this.#parts = parts;
    const { sink, workers } = parts;
    this.#reader = new ImageReader(run.limits ?? {}, sink.copiesImages);
    if (run.overlayFolder !== undefined) this.#overlays = new OverlayFolder(run.overlayFolder, run.output.folder);
    this.#inference = new PQueue({ concurrency: workers });
    this.#decoded = new PQueue({ concurrency: workers + imagesAhead(workers) });
    this.#inFlight = new PQueue({ concurrency: this.#decoded.concurrency + recordsWaiting(workers, sink) });
  }

  /** Images being worked on. */
  get inFlight(): number {
    return this.#inference.pending;
  }

  /** Does all images that are not done yet. */
  async doAll(firstImageId: number): Promise<Readonly<RunCounts>> {
    await this.#overlays?.removeTemporaryFiles();
    try {
      for await (const task of this.#tasks(firstImageId)) {
        await this.#inFlight.onSizeLessThan(1);
        if (this.#isStopping) break;
        const place = this.#order.enter();
        void this.#inFlight.add(() => this.#doOne(task, place.turn).finally(place.leave));
      }
      await this.#inFlight.onIdle();
    } finally {
      await this.#reader.close();
      if (this.#fatal === undefined) await this.#overlays?.removeTemporaryFiles();
    }
    if (this.#fatal !== undefined) throw this.#fatal;
    return this.#count;
  }

  /** Whether as many images failed as were allowed to. */
  get hasTooManyFailures(): boolean {
    const { maxFailures } = this.#run;
    return maxFailures !== undefined && this.#count.failures >= maxFailures;
  }

  get #isStopping(): boolean {
    return this.#fatal !== undefined || this.hasTooManyFailures || (this.#run.signal?.aborted ?? false);
  }

  /** The images of this shard that are to be done, in their order. */
  async *#tasks(firstImageId: number): AsyncGenerator<Task> {
    const { shard, resume } = this.#run;
    const { plan, names, folder } = this.#parts;
    let position = 0;
    for await (const images of plan.images()) {
      for (const planned of images) {
        // a name may depend on those before: it is then taken for images too that are not done here
        const earlyName = names.dependOnOrder ? names.next(planned.name) : undefined;
        const imageId = firstImageId + position;
        if (!isInShard(position++, shard)) continue;
        const locator = locatorOf(planned);
        const state = folder.journal.stateOf(locator);
        if (state === 'done') this.#count.done_before++;
        else if (state === 'failed' && !resume?.retryFailed) this.#count.failed_before++;
        else yield { planned, locator, imageId, name: earlyName ?? names.next(planned.name) };
      }
    }
  }

  async #doOne(task: Task, turn: Promise<void>): Promise<void> {
    const { locator, imageId } = task;
    const { onEvent } = this.#run;
    try {
      const made = await this.#decoded.add(async () => (this.#isStopping ? undefined : this.#make(task)));
      if (!made) return;
      if (this.#parts.sink.isOrdered) await turn;
      // what cannot be written now is done again later
      if (this.#fatal === undefined) await this.#write(task, made);
    } catch (error) {
      const code = error instanceof SamError ? error.code : 'internal-error';
      if (FATAL.has(code)) {
        this.#fatal ??= error;
        return;
      }
      const reason = messageOf(error);
      try {
        if (this.#parts.sink.isOrdered) await turn;
        await this.#parts.folder.failed({
          image_id: imageId,
          state: 'failed',
          image: locator,
          code,
          reason,
          at: Date.now(),
        });
        this.#count.failures++;
        onEvent({ event: 'image_failed', image: locator, code, reason });
      } catch (unwritten) {
        this.#fatal ??= unwritten;
      }
    }
  }

  /** Reads an image and makes its masks; undefined when the run stops before they are begun. */
  async #make({ planned, locator }: Task): Promise<Made | undefined> {
    const { job, limits, onEvent } = this.#run;
    const image = await this.#reader.read(planned);
    // p-queue's own signal would also give up what is already being worked on
    return this.#inference.add(async () => {
      if (this.#isStopping) return undefined;
      const startedAt = performance.now();
      onEvent({ event: 'image_started', image: locator });
      const result = await job.run(
        { planned, image: image.image },
        {
          pool: this.#parts.pool,
          overlay: this.#overlays !== undefined,
          timeoutSeconds: limits?.timeoutSeconds,
          onProgress: (points, total) =>
            onEvent({ event: 'image_progress', image: locator, points, total_points: total }),
          onCrop: (crop, crops) => onEvent({ event: 'image_crop', image: locator, crop, crops }),
        },
      );
      return { image, result, startedAt };
    });
  }

  async #write({ planned, locator, imageId, name }: Task, { image, result, startedAt }: Made): Promise<void> {
    const { width, height } = image.image;
    const { records, timings, overlay, skipped = [] } = result;
    if (overlay) await this.#overlays?.write(name, overlay);
    const written = await this.#parts.sink.write({
      name,
      result: imageResultOfRecords({
        image: { image_id: imageId, width, height, file_name: planned.name },
        annotations: records,
        skipped_prompts: skipped,
      }),
      ...(image.file && { image: image.file }),
    });
    const masks = records.length;
    await this.#parts.folder.done({
      image_id: imageId,
      state: 'done',
      image: locator,
      ...written,
      masks,
      at: Date.now(),
    });
    this.#count.images++;
    this.#count.masks += masks;
    this.#run.onEvent({
      event: 'image_done',
      image: locator,
      output: join(this.#run.output.folder, written.output),
      masks,
      seconds: (performance.now() - startedAt) / 1000,
      stages: timings,
    });
  }
}
