import type { GreyImage } from '../image/encode-image.js';
import type { DecoderForm } from '../model/runtime/decoder.js';
import type { Provider } from '../model/runtime/device.js';
import type { FoundMasks } from '../sam/found-mask.js';
import type { PromptedObject } from '../sam/image-prompts.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { Job } from './job.js';

/** One image for an executor. */
export interface ImageTask {
  readonly image: RgbImage;
  /** What is asked of it, in pixels, checked; only for jobs that take prompts. */
  readonly prompts?: readonly PromptedObject[];
  /** Whether the image with its masks drawn is wanted too. @default false */
  readonly overlay?: boolean;
}

/** How an image is watched and bounded while it is worked on. */
export interface TaskOptions {
  /** Told how many of the image's points are answered. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Told as each of the image's crops begins, 1 the first, when there are several. */
  readonly onCrop?: (crop: number, crops: number) => void;
  /** Seconds after which the image is given up, counted from when it was handed over. @default never */
  readonly timeoutSeconds?: number;
  /** Once aborted, the image is given up at once and the answer is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What an executor made of one image. */
export interface ImageAnswer extends FoundMasks {
  /** The image with its masks drawn, when asked for. */
  readonly overlay?: RgbImage;
  /** The edges of the image, where those are the job; the masks are then those that have them. */
  readonly edges?: GreyImage;
}

/** What an executor knows once its model is loaded. */
export interface ExecutorInfo {
  /** How the mask decoder runs. The two forms differ in the last bits of their numbers. */
  readonly decoderForm: DecoderForm;
  /** Where the image encoder runs: `auto` was decided on. Devices differ in the last bits of their numbers. @default 'cpu' */
  readonly device?: Provider;
  /** Where the mask decoder runs. @default device */
  readonly decoderDevice?: Provider;
}

/** Does the job it was made for with one image after the other, several at a time: in threads of this process, or elsewhere. */
export interface Executor {
  /** Images that it works on at the same time. */
  readonly concurrency: number;
  /** Threads that each image may use, for the run's first line. */
  readonly threads: number;
  /**
   * Waits until the model is loaded.
   *
   * @throws SamError `bad-model` when it is missing or damaged, `bad-usage` for a model or a setting that there is not.
   */
  ready(): Promise<ExecutorInfo>;
  /** @throws SamError for an image that cannot be done. */
  answer(task: ImageTask, options?: TaskOptions): Promise<ImageAnswer>;
  /** Ends it. Work in flight is abandoned. */
  close(): Promise<void>;
}

/**
 * Makes what does a job, once it is known how many images there are.
 *
 * @param images - Of the run (of its shard); at least 1. Where there are very many, those counted so far.
 * @param onNotice - Told what a user should know.
 */
export type ExecutorMaker = (job: Job, images: number, onNotice: (message: string) => void) => Executor;
