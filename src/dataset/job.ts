import type { GenerateTimings } from '../amg/generator.js';
import type { MaskRecord } from '../amg/mask-record.js';
import type { RgbImage } from '../amg/segmentation-model.js';
import type { GeneratorPool } from '../pool/generator-pool.js';
import type { SkippedPrompt } from '../prompts/prompt-set.js';
import type { PlannedImage } from './sources/planned-image.js';

/** A picture whose turn it is. */
export interface JobPicture {
  readonly planned: PlannedImage;
  readonly image: RgbImage;
}

/** What the run lends to a job. */
export interface JobTools {
  readonly pool: GeneratorPool;
  /** Whether the picture with its masks drawn is wanted. */
  readonly overlay: boolean;
  /** Seconds after which the picture is given up; undefined for never. */
  readonly timeoutSeconds: number | undefined;
  readonly onProgress: (points: number, total: number) => void;
  readonly onCrop: (crop: number, crops: number) => void;
}

/** What a job made of a picture. */
export interface JobResult {
  readonly records: readonly MaskRecord[];
  readonly timings: GenerateTimings;
  readonly overlay?: RgbImage;
  /** What was asked and could not be done, beside the records. */
  readonly skipped?: readonly SkippedPrompt[];
}

/**
 * What is made of each picture. The run does the rest: it finds and reads pictures, keeps workers busy, writes records, and goes
 * on where it was; a job asks the pool and answers with records.
 */
export interface ImageJob {
  /** Its command: `everything`. */
  readonly name: string;
  /** Every setting that its records depend on, resolved. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** @throws SamError for a picture that cannot be done. */
  run(picture: JobPicture, tools: JobTools): Promise<JobResult>;
}
