import { Piscina } from 'piscina';
import { errorOfData, messageOf, SamError } from '../errors.js';
import { CropHelpers } from './crop-helpers.js';
import { type Parallelism, parallelismFor, workOf } from './default-parallelism.js';
import type { Executor, ExecutorInfo, ExecutorMaker, ImageAnswer, ImageTask, TaskOptions } from './executor.js';
import type { Job } from './job.js';
import type {
  AnswerRequest,
  Asked,
  MadeFor,
  WorkerAnswer,
  WorkerMessage,
  WorkerRequest,
  WorkerSetup,
} from './protocol.js';
import { WorkerStop } from './worker-stop.js';

/**
 * Options of {@link ThreadExecutor}. Worker threads have a model each; without a number of them there are as many as cores and
 * memory have room for.
 */
export interface ThreadExecutorOptions extends Partial<Parallelism> {
  /** What is made of each image. Its prompts reference is not opened: each task brings its prompts. */
  readonly job: Job;
  /** How many images there will be, about: with few of them, workers help each other from the start. @default many */
  readonly images?: number;
  /** Told once of anything a user should know, such as a decoder that runs as exported. */
  readonly onNotice?: (message: string) => void;
  /** The code of a worker thread. @default worker.js beside this file */
  readonly workerFile?: URL;
}

/** An image whose worker ended is tried this often. */
const TRIES = 2;

/**
 * A job in worker threads: the calling thread stays free while they work. A thread loads its model when its first image comes.
 *
 * @example
 * ```ts
 * const executor = new ThreadExecutor({ job: everythingJob({ preset: 'fast' }), workers: 1 });
 * const { masks } = await executor.answer({ image: await decodeImage('photo.jpg') });
 * await executor.close();
 * ```
 */
export class ThreadExecutor implements Executor {
  readonly concurrency: number;
  readonly threads: number;
  readonly #pool: Piscina<WorkerRequest, WorkerAnswer>;
  readonly #watched = new Map<number, TaskOptions>();
  #nextId = 0;
  /** Requests that workers have or will have. */
  #busy = 0;
  /** Workers that will have no image of their own. */
  readonly #helpers: number;
  readonly #cropHelpers = new CropHelpers({
    idle: () => this.concurrency - this.#busy,
    help: async (offer) => (await this.#run({ kind: 'help', offer }, {})).made,
  });
  #loaded: Required<ExecutorInfo> | undefined;
  #isClosed = false;
  /** Requests that workers have or will have, and how they are ended. */
  readonly #inFlight = new Set<{ readonly stop: WorkerStop; readonly ended: Promise<unknown> }>();

  constructor({ job, images = Number.POSITIVE_INFINITY, onNotice, workerFile, ...wanted }: ThreadExecutorOptions) {
    const work = workOf(job);
    const { workers, threads, encoderThreads } = parallelismFor(images, work, wanted);
    const sharesImages = work.sharesImages && workers > 1;
    this.concurrency = workers;
    this.threads = threads;
    const setup: WorkerSetup = { job, threads, encoderThreads, sharesImages };
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
    this.#helpers = sharesImages ? Math.max(0, workers - images) : 0;
    const noticed = new Set<string>();
    const notify = (message: string) => {
      if (noticed.has(message)) return;
      noticed.add(message);
      onNotice?.(message);
    };
    this.#pool.on('message', (message: WorkerMessage) => this.#hear(message, notify));
  }

  #hear(message: WorkerMessage, notify: (message: string) => void): void {
    switch (message.kind) {
      case 'progress':
        this.#watched.get(message.id)?.onProgress?.(message.done, message.total);
        return;
      case 'crop':
        this.#watched.get(message.id)?.onCrop?.(message.crop, message.crops);
        return;
      case 'notice':
        notify(message.message);
        return;
      case 'offer':
        this.#cropHelpers.open(message.offer, message.port);
    }
  }

  /**
   * Loads the model in one worker.
   *
   * @throws SamError `bad-model` when it is missing or damaged, `bad-usage` for a model or a setting that there is not.
   */
  async ready(): Promise<ExecutorInfo> {
    // side by side; a worker that cannot load only does not help
    for (let i = 0; i < this.#helpers; i++) this.#run({ kind: 'ready', toCome: 'help' }, {}).catch(() => undefined);
    return (await this.#run({ kind: 'ready', toCome: 'images' }, {})).loaded;
  }

  /**
   * Does the job with an image. When its worker ends before it is done (out of memory, a crash), another one tries once more.
   *
   * @throws SamError with the worker's code, `worker-lost` when the second worker ended too, or `timeout`; the reason of
   *   `options.signal` when that was aborted.
   */
  async answer({ image, prompts, overlay = false }: ImageTask, options: TaskOptions = {}): Promise<ImageAnswer> {
    if (this.#busy >= this.concurrency) this.#cropHelpers.recall();
    for (let tried = 1; ; tried++) {
      const id = this.#nextId++;
      this.#watched.set(id, options);
      try {
        const request: AnswerRequest = { kind: 'answer', id, image, ...(prompts && { prompts }), overlay };
        return (await this.#run(request, options)).made;
      } catch (error) {
        const isLost = error instanceof SamError && error.code === 'worker-lost';
        if (!isLost || tried === TRIES || this.#isClosed) throw error;
      } finally {
        this.#watched.delete(id);
      }
    }
  }

  /**
   * Ends the workers. Work in flight is abandoned: its answers are rejected. A worker that is inside the model is waited for, at most as long
   * as the model takes for one image or a few prompts.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#inFlight].map(({ stop, ended }) => stop.stop(ended)));
    await this.#pool.destroy();
  }

  /** A timeout is over when the worker has stopped, so that the next image finds one; whoever aborts does not wait. */
  async #run<Request extends Asked>(request: Request, { timeoutSeconds, signal }: TaskOptions) {
    signal?.throwIfAborted();
    const timeout = timeoutSeconds === undefined ? undefined : AbortSignal.timeout(timeoutSeconds * 1000);
    const stop = new WorkerStop();
    this.#busy++;
    const ended = this.#pool.run({ ...request, stop: stop.cell } as WorkerRequest, { signal: stop.signal });
    const flight = { stop, ended };
    this.#inFlight.add(flight);
    const whenEnded = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      const whileItRuns = { signal: whenEnded.signal };
      timeout?.addEventListener('abort', () => void stop.stop(ended), whileItRuns);
      signal?.addEventListener(
        'abort',
        () => {
          reject(signal.reason);
          void stop.stop(ended);
        },
        whileItRuns,
      );
    });
    const settled = ended.finally(() => {
      whenEnded.abort();
      this.#inFlight.delete(flight);
      this.#endRequest();
    });
    const answer = await Promise.race([settled, aborted]).catch((error: unknown) => {
      if (signal?.aborted) throw signal.reason;
      if (timeout?.aborted) throw timedOut(timeoutSeconds);
      throw new SamError('worker-lost', `A worker thread ended before its image was done: ${messageOf(error)}`);
    });
    if (!answer.ok) {
      if (timeout?.aborted) throw timedOut(timeoutSeconds);
      throw errorOfData(answer.error);
    }
    this.#checkAlike(answer.loaded);
    return answer as Extract<WorkerAnswer<MadeFor<Request>>, { ok: true }>;
  }

  /** A worker is free: the next image comes at once if there is one, and otherwise it helps. */
  #endRequest(): void {
    this.#busy--;
    if (!this.#isClosed) setImmediate(() => this.#cropHelpers.assign());
  }

  /** Threads load for themselves; what one of them could not compile, or take to the device, must not mix with what the others could. */
  #checkAlike(loaded: Required<ExecutorInfo>): void {
    this.#loaded ??= loaded;
    const { decoderForm, device, decoderDevice } = loaded;
    if (decoderForm !== this.#loaded.decoderForm) {
      throw new SamError(
        'bad-model',
        `Expected the decoder ${this.#loaded.decoderForm} in every worker thread but received it ${decoderForm} in one`,
        'Start again; if it goes on, use fewer workers: one of them may lack the memory to compile it.',
      );
    }
    const others = [
      ['encoder', this.#loaded.device, device],
      ['decoder', this.#loaded.decoderDevice, decoderDevice],
    ];
    const other = others.find(([, first, now]) => now !== first);
    if (!other) return;
    const [part, first, now] = other;
    throw new SamError(
      'bad-model',
      `Expected the ${part} on ${first} in every worker thread but received it on ${now} in one`,
      'Use fewer workers, which may be more than the device has memory for, or name the device.',
    );
  }
}

function timedOut(seconds: number | undefined): SamError {
  return new SamError('timeout', `Expected masks within ${seconds} s but it took longer`);
}

/** Worker threads for a run, as many as fit its images and this machine unless some are wanted. */
export function inWorkerThreads({
  workers,
  threads,
}: Partial<Pick<Parallelism, 'workers' | 'threads'>>): ExecutorMaker {
  const wanted = { ...(workers !== undefined && { workers }), ...(threads !== undefined && { threads }) };
  return (job, images, onNotice) => new ThreadExecutor({ job, images, onNotice, ...wanted });
}
