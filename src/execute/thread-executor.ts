import { Piscina } from 'piscina';
import type { GeneratorSettings } from '../amg/settings.js';
import { messageOf, SamError } from '../errors.js';
import type { PromptedObject } from '../sam/image-prompts.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { SegmentSettings } from '../segment/segment-image.js';
import type {
  GenerateAnswer,
  GenerateTask,
  SegmentTask,
  WarmUpTask,
  WorkerAnswer,
  WorkerMessage,
  WorkerSetup,
  WorkerTask,
} from './protocol.js';

/** Options of {@link ThreadExecutor}. */
export interface ThreadExecutorOptions extends WorkerSetup {
  /** Worker threads, each with a model of its own. */
  readonly workers: number;
  /** Told once of anything a user should know, such as a decoder that runs as exported. */
  readonly onNotice?: (message: string) => void;
  /** The code of a worker thread. @default worker.js beside this file */
  readonly workerFile?: URL;
}

/** An image whose worker ended is tried this often. */
const TRIES = 2;

/** One image's turn. */
interface ImageJob {
  readonly image: RgbImage;
  /** Whether to draw the masks over the image too. @default false */
  readonly overlay?: boolean;
  /** Told how many of the image's points are answered. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Seconds after which the image is given up, its worker ended and replaced. @default never */
  readonly timeoutSeconds?: number;
  /** Told as each of the image's crops begins, 1 the first, when there are several. */
  readonly onCrop?: (crop: number, crops: number) => void;
}

/** All masks of an image. */
export interface GenerateJob extends ImageJob {
  readonly settings: GeneratorSettings;
}

/** The masks of an image's prompts. */
export interface SegmentJob extends ImageJob {
  readonly prompts: readonly PromptedObject[];
  readonly settings: SegmentSettings;
}

/** Mask generators in worker threads: the calling thread stays free while they work. */
export class ThreadExecutor {
  readonly #pool: Piscina<WorkerTask, WorkerAnswer<GenerateAnswer | undefined>>;
  readonly #jobs = new Map<number, ImageJob>();
  #nextId = 0;

  constructor({ workers, model, threads, embeddings, onNotice, workerFile }: ThreadExecutorOptions) {
    const setup: WorkerSetup = { model, threads, ...(embeddings && { embeddings }) };
    this.#pool = new Piscina({
      filename: (workerFile ?? new URL('./worker.js', import.meta.url)).href,
      workerData: setup,
      minThreads: workers,
      maxThreads: workers,
      // waiting on a shared cell would keep a worker from answering messages; it gains nothing on tasks of seconds
      atomics: 'disabled',
    });
    // a worker that ends between two images is replaced without a word
    this.#pool.on('error', () => undefined);
    const noticed = new Set<string>();
    this.#pool.on('message', (message: WorkerMessage) => {
      if (message.kind === 'progress') this.#jobs.get(message.id)?.onProgress?.(message.done, message.total);
      else if (message.kind === 'crop') this.#jobs.get(message.id)?.onCrop?.(message.crop, message.crops);
      else if (!noticed.has(message.message)) {
        noticed.add(message.message);
        onNotice?.(message.message);
      }
    });
  }

  /**
   * Loads the model in one worker.
   *
   * @throws SamError `bad-model` when it is missing or damaged.
   */
  async warmUp(): Promise<void> {
    const task: WarmUpTask = { kind: 'warm-up' };
    await this.#run(task);
  }

  /**
   * All masks of an image. When its worker ends before they are made (out of memory, a crash), another one tries once more.
   *
   * @throws SamError with the worker's code, `worker-lost` when the second worker ended too, or `timeout`.
   */
  async generate(job: GenerateJob): Promise<GenerateAnswer> {
    const { image, settings, overlay = false } = job;
    return this.#answerOf(job, (id): GenerateTask => ({ kind: 'generate', id, image, settings, overlay }));
  }

  /** The masks of an image's prompts; otherwise as {@link ThreadExecutor.generate}. */
  async segment(job: SegmentJob): Promise<GenerateAnswer> {
    const { image, prompts, settings, overlay = false } = job;
    const task = (id: number): SegmentTask => ({ kind: 'segment', id, image, prompts, settings, overlay });
    return this.#answerOf(job, task);
  }

  /** Ends the workers. Work in flight is abandoned. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #answerOf(job: ImageJob, taskOf: (id: number) => WorkerTask): Promise<GenerateAnswer> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.#answerOnce(job, taskOf);
      } catch (error) {
        if (!(error instanceof SamError) || error.code !== 'worker-lost' || tried === TRIES) throw error;
      }
    }
  }

  async #answerOnce(job: ImageJob, taskOf: (id: number) => WorkerTask): Promise<GenerateAnswer> {
    const id = this.#nextId++;
    this.#jobs.set(id, job);
    try {
      return (await this.#run(taskOf(id), job.timeoutSeconds)) as GenerateAnswer;
    } finally {
      this.#jobs.delete(id);
    }
  }

  async #run(task: WorkerTask, timeoutSeconds?: number): Promise<GenerateAnswer | undefined> {
    // the pool ends the worker of a task that is aborted, and starts another
    const signal = timeoutSeconds === undefined ? null : AbortSignal.timeout(timeoutSeconds * 1000);
    const answer = await this.#pool.run(task, { signal }).catch((error: unknown) => {
      if (signal?.aborted)
        throw new SamError('timeout', `Expected masks within ${timeoutSeconds} s but it took longer`);
      throw new SamError('worker-lost', `A worker thread ended before its image was done: ${messageOf(error)}`);
    });
    if (answer.ok) return answer.value;
    throw new SamError(answer.code ?? 'worker-failed', answer.message, answer.hint);
  }
}
