/**
 * What the files of a report hold: what its writer and its page agree about. Names are those of SA-1B files.
 *
 * @module
 */

/** Scores are whole ten-thousandths in an {@link ImageChunk}. */
export const SCORE_UNITS = 10_000;

/** A score in whole {@link SCORE_UNITS}, rounded down, so that it passes the same thresholds of two digits as the score itself. */
export function scoreUnitsOf(score: number): number {
  // a product may fall just short of a whole number: 0.29 * 10000
  return Math.floor(score * SCORE_UNITS + 1e-6);
}

/** Least and greatest of some values; null where there are none. */
export type Extent = readonly [least: number, greatest: number] | null;

/** A table of names and values, to be read. */
export interface DetailGroup {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** What a report says at once, before its images are loaded. */
export interface ReportHead {
  /** What the run is called. */
  readonly title: string;
  /** Such as `sam-cli 0.1.0`. */
  readonly tool: string;
  readonly images: number;
  readonly masks: number;
  /** Masks that the command's filters left out. */
  readonly left_out: number;
  /** Images that the run could not do. */
  readonly failed: number;
  /** Images whose own file could not be shown. */
  readonly without_file: number;
  /** Images of each chunk but the last. */
  readonly images_per_chunk: number;
  readonly failures_per_chunk: number;
  /** In {@link SCORE_UNITS}. */
  readonly predicted_iou: Extent;
  /** In {@link SCORE_UNITS}. */
  readonly stability_score: Extent;
  /** As shares of their images; of masks that have a pixel. */
  readonly area_share: Extent;
  /** Classes of the masks; empty where masks have none. */
  readonly categories: readonly string[];
  /** Model, settings and whatever else made the run what it is. */
  readonly details: readonly DetailGroup[];
}

/** An image in the gallery. */
export interface ImageEntry {
  /** 1-based position in the run. Files of the report are named by it. */
  readonly id: number;
  readonly file_name: string;
  /** Pixels of the upright image. */
  readonly width: number;
  /** Pixels of the upright image. */
  readonly height: number;
  readonly masks: number;
  /** Why the image itself is not shown; not there when it is. */
  readonly missing?: string;
}

/** Some images in the order of the run, with the measures of all their masks in the same order. */
export interface ImageChunk {
  readonly images: readonly ImageEntry[];
  /** In {@link SCORE_UNITS}. */
  readonly predicted_iou: readonly number[];
  /** In {@link SCORE_UNITS}. */
  readonly stability_score: readonly number[];
  /** Pixels. */
  readonly area: readonly number[];
  /** Places in the head's `categories`; not there when masks have no class. */
  readonly category?: readonly number[];
}

/** A mask as the page draws it. */
export interface ReportMask {
  /** 1-based place among all masks of its image, those that were left out as well; its colour follows it. */
  readonly number: number;
  /** COCO's compressed run lengths. */
  readonly counts: string;
  /** Left, top, right, bottom in pixels, all inclusive. */
  readonly box: readonly [number, number, number, number];
  readonly area: number;
  readonly predicted_iou: number;
  readonly stability_score: number;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly category?: string;
}

/** The masks of an image. */
export interface ImageMasks {
  readonly masks: readonly ReportMask[];
}

/** An image that the run could not do. */
export interface FailureEntry {
  readonly image: string;
  readonly code: string;
  readonly reason: string;
}

/** An image of a comparison, as one of the two runs has it. */
export interface ComparedSide {
  readonly width: number;
  readonly height: number;
  readonly masks: readonly (ReportMask & { readonly matched: boolean })[];
}

/** Two runs that are compared, with the images that differ most. */
export interface ComparisonData {
  /** Sentences about the runs as a whole. */
  readonly lines: readonly string[];
  readonly images: readonly { readonly file_name: string; readonly a: ComparedSide; readonly b: ComparedSide }[];
}
