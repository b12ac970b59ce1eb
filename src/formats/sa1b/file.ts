/**
 * SA-1B files: one JSON document an image, with its masks as COCO RLE (https://ai.meta.com/datasets/segment-anything). Masks that
 * prompts asked for, or words named, have a few fields more.
 *
 * @module
 */

import type { SkippedPrompt } from '../../sam/image-prompts.js';
import type { MaskRecord } from '../../sam/mask-record.js';

/** The `image` part of an SA-1B file. */
export interface Sa1bImage {
  /** 1-based position of the image in the run. */
  readonly image_id: number;
  /** Pixels of the upright image. */
  readonly width: number;
  /** Pixels of the upright image. */
  readonly height: number;
  /** Path below the input that the image came from. */
  readonly file_name: string;
}

/** The class of a mask, where it has one. */
export interface ClassFields {
  readonly category_id?: number;
  readonly category?: string;
  /** Of the words that named it; or the prompt's, such as a detector's confidence. */
  readonly score?: number;
}

/** A mask of an image with the prompt that it answers. */
export interface PromptedMaskRecord extends MaskRecord, ClassFields {
  /** The prompt's id in its file, or its place in the image. */
  readonly prompt_id: number | string;
  /** What was asked, in pixels of the image. */
  readonly prompt: {
    readonly points?: readonly (readonly [x: number, y: number])[];
    readonly labels?: readonly number[];
    /** x0, y0, x1, y1, cut at the image's edges. */
    readonly box?: readonly [x0: number, y0: number, x1: number, y1: number];
    /** Whether a mask was given too. */
    readonly mask?: true;
  };
  /** Which of the three masks it is, with `--multimask`. */
  readonly mask_index?: number;
}

/** The content of an SA-1B file: one image and its masks. */
export interface Sa1bFile {
  readonly image: Sa1bImage;
  readonly annotations: readonly ((MaskRecord & ClassFields) | PromptedMaskRecord)[];
  /** Prompts that could not be asked of this image; not there when there are none. */
  readonly skipped_prompts?: readonly SkippedPrompt[];
}
