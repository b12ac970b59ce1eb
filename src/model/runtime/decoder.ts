/**
 * A model's prompt encoder and mask decoder, whichever way they run.
 *
 * @module
 */

import type { Embedding } from '../../sam/embedding.js';
import { type FrameExtent, frameExtentOf, type ModelGeometry } from '../../sam/geometry.js';
import type { DecodedBatch, DecodeOptions, PromptBatch } from '../../sam/segmentation-model.js';
import type { Provider } from './device.js';

/** Where an image lies in the model's frame. */
export interface PlacedImage {
  /** Pixels of the image, in which prompts are given. */
  readonly width: number;
  readonly height: number;
  /** The part of the frame that it takes. */
  readonly extent: FrameExtent;
}

/** An image of that size in the model's frame. */
export function placedImage(geometry: ModelGeometry, width: number, height: number): PlacedImage {
  return { width, height, extent: frameExtentOf(geometry, width, height) };
}

/** A decoder that has an image in mind. */
export interface ImageDecoder {
  /**
   * Masks and predicted IoUs for a batch of prompts.
   *
   * SAM expects a padding point (label -1) after the points of a prompt without a box. It is appended when no label of
   * the batch is a box corner or padding already, and there is at least one point.
   *
   * @throws {@link SamError} `bad-model` when the export cannot take such a prompt (transformers.js: box or mask).
   */
  decode(batch: PromptBatch, options?: DecodeOptions): Promise<DecodedBatch>;
}

/** Whether compiled graphs answer or the export itself. */
export type DecoderForm = 'compiled' | 'as-exported';

/** A loaded prompt encoder and mask decoder. */
export interface Decoder {
  readonly form: DecoderForm;
  /** Where it runs. */
  readonly provider: Provider;
  /**
   * Prepares for prompts about one image. Images prepared before can still be asked.
   *
   * @throws {@link SamError} `bad-model` when the embedding lacks a tensor.
   */
  forImage(embedding: Embedding, placed: PlacedImage): Promise<ImageDecoder>;
  release(): Promise<void>;
}
