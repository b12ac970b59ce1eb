import { Piscina } from 'piscina';
import type { RgbImage } from '../amg/segmentation-model.js';
import type { GeneratorSettings } from '../amg/settings.js';
import { messageOf, SamError } from '../errors.js';
import type {
  GenerateAnswer,
  GenerateTask,
  WarmUpTask,
  WorkerAnswer,
  WorkerMessage,
  WorkerSetup,
  WorkerTask,
} from './protocol.js';

/** Options of {@link GeneratorPool}. */
export interface GeneratorPoolOptions extends WorkerSetup {
  /** Worker threads, each with a model of its own. */
  readonly workers: number;
  /** Told once of anything a user should know, such as a decoder that runs as exported. */
  readonly onNotice?: (message: string) => void;
}

/** What to make of one picture. */
export interface GenerateJob {
  readonly image: RgbImage;
  readonly settings: GeneratorSettings;
  /** Whether to draw the masks over the picture too. @default false */
  readonly overlay?: boolean;
  /** Told how many of the picture's points are answered. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told as each of the picture's crops begins, 1 the first, when there are several. */
  readonly onCrop?: (crop: number, crops: number) => void;
}

/** Mask generators in worker threads: the calling thread stays free while they work. */
export class GeneratorPool {
  readonly #pool: Piscina<WorkerTask, WorkerAnswer<GenerateAnswer | undefined>>;
  readonly #jobs = new Map<number, GenerateJob>();
  #nextId = 0;

  constructor({ workers, model, threads, onNotice }: GeneratorPoolOptions) {
    const setup: WorkerSetup = { model, threads };
    this.#pool = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      workerData: setup,
      minThreads: workers,
      maxThreads: workers,
      // waiting on a shared cell would keep a worker from answering messages; it gains nothing on tasks of seconds
      atomics: 'disabled',
    });
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
   * All masks of a picture.
   *
   * @throws SamError with the worker's code, or `worker-lost` when the worker itself ended.
   */
  async generate(job: GenerateJob): Promise<GenerateAnswer> {
    const { image, settings, overlay = false } = job;
    const id = this.#nextId++;
    this.#jobs.set(id, job);
    try {
      const task: GenerateTask = { kind: 'generate', id, image, settings, overlay };
      return (await this.#run(task)) as GenerateAnswer;
    } finally {
      this.#jobs.delete(id);
    }
  }

  /** Ends the workers. Work in flight is abandoned. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #run(task: WorkerTask): Promise<GenerateAnswer | undefined> {
    const answer = await this.#pool.run(task).catch((error: unknown) => {
      throw new SamError('worker-lost', `A worker thread ended before its picture was done: ${messageOf(error)}`);
    });
    if (answer.ok) return answer.value;
    throw new SamError(answer.code ?? 'worker-lost', answer.message, answer.hint);
  }
}
