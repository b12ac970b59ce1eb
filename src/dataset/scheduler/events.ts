import type { SamErrorCode } from '../../errors.js';
import type { StageSeconds } from '../../sam/found-mask.js';

/** Numbers of one start of a run. */
export interface RunSummary {
  /** Images whose masks were written. */
  readonly images: number;
  /** Masks written. */
  readonly masks: number;
  /** Prompts that the decoder was asked. */
  readonly prompts: number;
  /** Images that could not be done. */
  readonly failures: number;
  /** Images passed over because an earlier start did them. */
  readonly done_before: number;
  /** Images passed over because they failed in an earlier start (`--retry-failed` tries them again). */
  readonly failed_before: number;
  /** Wall time of the whole run. */
  readonly seconds: number;
  /** Wall time over images done; with several workers it is shorter than one image takes. */
  readonly seconds_per_image: number;
  /** Whether the user stopped the run before its end. */
  readonly interrupted: boolean;
  /** Whether the run stopped because as many images failed as were allowed to. */
  readonly too_many_failures: boolean;
}

/** What a run tells its listener. Field names are those of the NDJSON log. */
export type RunEvent =
  /** Images are looked for; told again as they are found. */
  | { readonly event: 'planning'; readonly images: number }
  /** All images are known, and the first one waits for the model. */
  | { readonly event: 'loading_model' }
  | {
      readonly event: 'run_started';
      /** Images to do now. */
      readonly images: number;
      /** Images that an earlier start did, or failed to do. */
      readonly settled_before: number;
      readonly workers: number;
      readonly threads: number;
    }
  | { readonly event: 'notice'; readonly message: string }
  | { readonly event: 'image_started'; readonly image: string }
  | { readonly event: 'image_progress'; readonly image: string; readonly points: number; readonly total_points: number }
  | { readonly event: 'image_crop'; readonly image: string; readonly crop: number; readonly crops: number }
  | {
      readonly event: 'image_done';
      readonly image: string;
      readonly output: string;
      readonly masks: number;
      /** Prompts that the decoder was asked. */
      readonly prompts: number;
      readonly seconds: number;
      readonly stages: StageSeconds;
    }
  | {
      readonly event: 'image_failed';
      readonly image: string;
      readonly code: SamErrorCode;
      readonly reason: string;
    }
  | { readonly event: 'interrupted'; readonly in_flight: number }
  | ({ readonly event: 'run_finished'; readonly failures_file?: string } & RunSummary);

/** Hears what a run tells. */
export type RunListener = (event: RunEvent) => void;
