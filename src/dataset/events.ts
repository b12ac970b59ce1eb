import type { GenerateTimings } from '../amg/generator.js';

/** Numbers of a whole run. */
export interface RunSummary {
  /** Pictures whose masks were written. */
  readonly images: number;
  /** Masks written. */
  readonly masks: number;
  /** Pictures that could not be done. */
  readonly failures: number;
  /** Wall time of the whole run. */
  readonly seconds: number;
  /** Wall time over pictures done; with several workers it is shorter than one picture takes. */
  readonly seconds_per_image: number;
  /** Whether the user stopped the run before its end. */
  readonly interrupted: boolean;
}

/** What a run tells its listener. Field names are those of the NDJSON log. */
export type RunEvent =
  | { readonly event: 'run_started'; readonly images: number; readonly workers: number; readonly threads: number }
  | { readonly event: 'notice'; readonly message: string }
  | { readonly event: 'image_started'; readonly image: string }
  | { readonly event: 'image_progress'; readonly image: string; readonly points: number; readonly total_points: number }
  | { readonly event: 'image_crop'; readonly image: string; readonly crop: number; readonly crops: number }
  | {
      readonly event: 'image_done';
      readonly image: string;
      readonly output: string;
      readonly masks: number;
      readonly seconds: number;
      readonly stages: GenerateTimings;
    }
  | {
      readonly event: 'image_failed';
      readonly image: string;
      readonly code: string;
      readonly reason: string;
    }
  | { readonly event: 'interrupted'; readonly in_flight: number }
  | ({ readonly event: 'run_finished' } & RunSummary);

/** Hears what a run tells. */
export type RunListener = (event: RunEvent) => void;
