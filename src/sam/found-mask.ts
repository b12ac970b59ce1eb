import type { MeasuredMask } from '../mask/runs/mask-iou.js';
import type { PromptedObject, SkippedPrompt } from './image-prompts.js';
import type { MaskLabel } from './mask-label.js';

/** A mask of an image and what is known of it: plain data, before it becomes a record of any file format. */
export interface FoundMask extends MeasuredMask {
  /** The model's own estimate of the mask's IoU; a raw regression, can exceed 1. */
  readonly predictedIou: number;
  /** Pixels above +offset over pixels above -offset, 0 to 1. */
  readonly stabilityScore: number;
  /** The points of its prompt, x, y in pixels of the image. */
  readonly pointsXy: readonly (readonly [x: number, y: number])[];
  /** Part of the image in which it was found: x0, y0, x1, y1 in pixels, x1 and y1 exclusive. */
  readonly cropXyxy: readonly [x0: number, y0: number, x1: number, y1: number];
  /** What it answers, where a user asked for it. */
  readonly prompt?: PromptedObject;
  /** Which of the words that were asked for it shows, where some were and it shows one. */
  readonly label?: MaskLabel;
  /** Which of the three masks of its prompt it is, where all three are kept. */
  readonly maskIndex?: number;
}

/** Seconds that each stage took the thread that has the image; waiting for threads that help with it counts as decoding. */
export interface StageSeconds {
  /** Resizing, normalising and the image encoder, all crops. */
  encode: number;
  /** Prompt encoder and mask decoder, all points. */
  decode: number;
  /** Filters, boxes and runs of all candidates. */
  select: number;
  /** Duplicates, small regions, overlaps and the order of the survivors, and their names. */
  finish: number;
}

/** All masks of an image and what they cost. */
export interface FoundMasks {
  readonly masks: readonly FoundMask[];
  /** Prompts that the decoder was asked. */
  readonly prompts: number;
  readonly seconds: StageSeconds;
}

/** All masks of one image of a run: what sinks write. */
export interface ImageResult {
  /** 1-based position of the image in the run. */
  readonly imageId: number;
  /** Path below the input that the image came from, with forward slashes. */
  readonly fileName: string;
  /** Pixels of the upright image. */
  readonly width: number;
  /** Pixels of the upright image. */
  readonly height: number;
  readonly masks: readonly FoundMask[];
  /** Prompts that could not be asked of this image. */
  readonly skippedPrompts: readonly SkippedPrompt[];
}
