import type { ThreadExecutor } from '../../execute/thread-executor.js';
import type { StageSeconds } from '../../sam/found-mask.js';
import type { SkippedPrompt } from '../../sam/image-prompts.js';
import type { MaskRecord } from '../../sam/mask-record.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { PlannedImage } from '../sources/planned-image.js';

/** An image whose turn it is. */
export interface JobImage {
  readonly planned: PlannedImage;
  readonly image: RgbImage;
}

/** What the run lends to a job. */
export interface JobTools {
  readonly pool: ThreadExecutor;
  /** Whether the image with its masks drawn is wanted. */
  readonly overlay: boolean;
  /** Seconds after which the image is given up; undefined for never. */
  readonly timeoutSeconds: number | undefined;
  readonly onProgress: (points: number, total: number) => void;
  readonly onCrop: (crop: number, crops: number) => void;
}

/** What a job made of an image. */
export interface JobResult {
  readonly records: readonly MaskRecord[];
  readonly timings: StageSeconds;
  readonly overlay?: RgbImage;
  /** What was asked and could not be done, beside the records. */
  readonly skipped?: readonly SkippedPrompt[];
}

/**
 * What is made of each image. The run does the rest: it finds and reads images, keeps workers busy, writes records, and goes
 * on where it was; a job asks the pool and answers with records.
 */
export interface ImageJob {
  /** Its command: `everything`. */
  readonly name: string;
  /** Every setting that its records depend on, resolved. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** @throws SamError for an image that cannot be done. */
  run(image: JobImage, tools: JobTools): Promise<JobResult>;
}
