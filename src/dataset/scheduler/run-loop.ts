import PQueue from 'p-queue';
import { messageOf, SamError, type SamErrorCode } from '../../errors.js';
import type { ImageAnswer, ImageTask } from '../../execute/executor.js';
import type { SkippedPrompt } from '../../sam/image-prompts.js';
import { isInterruption, itemsUntilAborted, untilAborted } from '../plan/until-aborted.js';
import type { Sink } from '../sinks/sink.js';
import type { ImageReader, ReadImage } from '../sources/image-reader.js';
import type { DatasetRun } from './dataset-run.js';
import type { RunListener, RunSummary } from './events.js';
import type { PreparedRun } from './prepared-run.js';
import type { RunTask } from './run-tasks.js';
import { WriteOrder } from './write-order.js';

/** Errors that every further image would meet too. */
export const FATAL: ReadonlySet<SamErrorCode> = new Set(['unwritable-output', 'bad-model', 'bad-run-folder']);

/** Images decoded ahead of the workers, beside those being worked on: bounds the memory. */
function imagesAhead(workers: number): number {
  return Math.max(2, Math.ceil(workers / 2));
}

/** Results waiting for their turn to be written: small, and enough that one slow image does not stop the others soon. */
function resultsWaiting(workers: number, sink: Sink): number {
  return sink.isOrdered ? 4 * workers + 4 : 2;
}

const NO_SECONDS = { encode: 0, decode: 0, select: 0, finish: 0 };

/** How many images came to which end. */
type RunCounts = Pick<RunSummary, 'images' | 'masks' | 'prompts' | 'failures' | 'done_before' | 'failed_before'>;

/** The counts of a run that did not come to its first image. */
export const NOTHING_DONE: RunCounts = {
  images: 0,
  masks: 0,
  prompts: 0,
  failures: 0,
  done_before: 0,
  failed_before: 0,
};

/** An image and what was made of it. */
interface Made {
  readonly image: ReadImage;
  readonly answer: ImageAnswer;
  readonly skipped: readonly SkippedPrompt[];
  readonly startedAt: number;
}

/** What is worked with, and where it is noted what became of each image. */
export interface LoopParts extends Pick<PreparedRun, 'sink' | 'overlays' | 'reader' | 'prompter' | 'executor'> {
  readonly folder: Pick<PreparedRun['folder'], 'done' | 'failed'>;
  readonly output: Pick<PreparedRun['output'], 'storage'>;
}

/** Goes through the images of a run: reads ahead, keeps the executor busy, writes and notes what became of each. */
export class RunLoop {
  readonly #run: Pick<DatasetRun, 'limits' | 'maxFailures' | 'signal' | 'onEvent'>;
  readonly #parts: LoopParts;
  readonly #tell: RunListener;
  readonly #reader: ImageReader;
  readonly #inference: PQueue;
  readonly #decoded: PQueue;
  readonly #inFlight: PQueue;
  readonly #order = new WriteOrder();
  readonly #count: { -readonly [Name in keyof RunCounts]: number } = { ...NOTHING_DONE };
  /** Aborted when no further image is begun. */
  readonly #stop = new AbortController();
  #fatal: unknown;

  constructor(run: Pick<DatasetRun, 'limits' | 'maxFailures' | 'signal' | 'onEvent'>, parts: LoopParts) {
    this.#run = run;
    this.#parts = parts;
    this.#tell = run.onEvent ?? (() => {});
    this.#reader = parts.reader;
    const { sink, executor } = parts;
    const workers = executor.concurrency;
    this.#inference = new PQueue({ concurrency: workers });
    this.#decoded = new PQueue({ concurrency: workers + imagesAhead(workers) });
    this.#inFlight = new PQueue({ concurrency: this.#decoded.concurrency + resultsWaiting(workers, sink) });
  }

  /** Images being worked on. */
  get inFlight(): number {
    return this.#inference.pending;
  }

  /** How many images came to which end so far. */
  get count(): RunCounts {
    return this.#count;
  }

  /** Takes notice of an image that an earlier start did, or failed to do. */
  readonly passOver = (state: 'done' | 'failed'): void => {
    this.#count[state === 'done' ? 'done_before' : 'failed_before']++;
  };

  /**
   * Does these images.
   *
   * @param tasks - May be silent for a while: the loop ends all the same when the run's signal is aborted, or when an error is met that
   *   every further image would meet.
   * @throws that error, when the images in flight have ended.
   */
  async doAll(tasks: AsyncIterable<RunTask>): Promise<void> {
    const { overlays } = this.#parts;
    const { signal } = this.#run;
    await overlays?.removeTemporaryFiles();
    const end = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    try {
      for await (const task of itemsUntilAborted(tasks, end)) {
        await this.#inFlight.onSizeLessThan(1);
        if (this.#isStopping) break;
        const place = this.#order.enter();
        void this.#inFlight.add(() => this.#doOne(task, place.turn).finally(place.leave));
      }
    } catch (error) {
      if (!isInterruption(error, end)) throw error;
    } finally {
      await this.#inFlight.onIdle();
    }
    if (this.#fatal !== undefined) throw this.#fatal;
    await overlays?.removeTemporaryFiles();
  }

  /** Whether as many images failed as were allowed to. */
  get hasTooManyFailures(): boolean {
    const { maxFailures } = this.#run;
    return maxFailures !== undefined && this.#count.failures >= maxFailures;
  }

  get #isStopping(): boolean {
    return this.#fatal !== undefined || this.hasTooManyFailures || (this.#run.signal?.aborted ?? false);
  }

  /** Does one image, whatever becomes of it. */
  async #doOne(task: RunTask, turn: Promise<void>): Promise<void> {
    try {
      const made = await this.#decoded.add(async () => (this.#isStopping ? undefined : this.#make(task)));
      if (!made) return;
      if (this.#parts.sink.isOrdered) await turn;
      // what cannot be written now is done again later
      if (this.#fatal === undefined) await this.#write(task, made);
    } catch (error) {
      if (isInterruption(error, this.#run.signal)) return;
      if (error instanceof SamError && FATAL.has(error.code)) this.#end(error);
      else await this.#fail(task, turn, error);
    }
  }

  /** Reads an image and makes its masks; undefined when the run stops before they are begun. */
  async #make(task: RunTask): Promise<Made | undefined> {
    const image = await untilAborted(this.#reader.read(task.planned), this.#run.signal);
    // p-queue's own signal would also give up what is already being worked on
    return this.#inference.add(async () => {
      if (this.#isStopping) return undefined;
      const startedAt = performance.now();
      this.#tell({ event: 'image_started', image: task.locator });
      const { prompts, skipped } = await this.#parts.prompter.askedOf(task.planned.name, image.image);
      return { image, answer: await this.#answer(task, image, prompts), skipped, startedAt };
    });
  }

  /** Asks the executor, unless there is nothing to ask. */
  async #answer({ locator }: RunTask, { image }: ReadImage, prompts: ImageTask['prompts']): Promise<ImageAnswer> {
    const { executor, overlays } = this.#parts;
    const overlay = overlays !== undefined;
    if (prompts?.length === 0)
      return { masks: [], prompts: 0, seconds: NO_SECONDS, ...(overlay && { overlay: image }) };
    const { timeoutSeconds } = this.#run.limits ?? {};
    return executor.answer(
      { image, ...(prompts && { prompts }), overlay },
      {
        onProgress: (points, total) =>
          this.#tell({ event: 'image_progress', image: locator, points, total_points: total }),
        onCrop: (crop, crops) => this.#tell({ event: 'image_crop', image: locator, crop, crops }),
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      },
    );
  }

  /** Writes what was made of an image and notes it. */
  async #write({ planned, locator, imageId, name }: RunTask, made: Made): Promise<void> {
    const { overlays, sink, folder, output } = this.#parts;
    const { image, answer, skipped, startedAt } = made;
    const { width, height } = image.image;
    const masks = answer.masks.length;
    if (answer.overlay) await overlays?.write(name, answer.overlay, planned.path);
    const written = await sink.write({
      name,
      result: { imageId, fileName: planned.name, width, height, masks: answer.masks, skippedPrompts: skipped },
      ...(image.file && { image: image.file }),
      ...(answer.edges && { edges: answer.edges }),
    });
    await folder.done({ image_id: imageId, state: 'done', image: locator, ...written, masks, at: Date.now() });
    this.#count.images++;
    this.#count.masks += masks;
    this.#count.prompts += answer.prompts;
    this.#tell({
      event: 'image_done',
      image: locator,
      output: output.storage.locate(written.output),
      masks,
      prompts: answer.prompts,
      seconds: (performance.now() - startedAt) / 1000,
      stages: answer.seconds,
    });
  }

  /** Notes an image that could not be done. */
  async #fail({ locator, imageId }: RunTask, turn: Promise<void>, error: unknown): Promise<void> {
    const { sink, folder } = this.#parts;
    const code = error instanceof SamError ? error.code : 'internal-error';
    const reason = messageOf(error);
    try {
      if (sink.isOrdered) await turn;
      await folder.failed({ image_id: imageId, state: 'failed', image: locator, code, reason, at: Date.now() });
      this.#count.failures++;
      this.#tell({ event: 'image_failed', image: locator, code, reason });
    } catch (unwritten) {
      this.#end(unwritten);
    }
  }

  /** Begins no further image. */
  #end(error: unknown): void {
    this.#fatal ??= error;
    this.#stop.abort();
  }
}
