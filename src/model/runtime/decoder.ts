/**
 * SAM's prompt encoder and mask decoder behind one door, whichever way they run.
 *
 * @module
 */

import type { DecodedBatch, DecodeOptions, PromptBatch } from '../../sam/segmentation-model.js';

/** An image as the encoder saw it. */
export interface ImageFrame {
  /** Pixels of the image, in which prompts are given. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the image after its long side was resized to the encoder's frame, padding not included. */
  readonly inputWidth: number;
  readonly inputHeight: number;
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

/** A loaded prompt encoder and mask decoder. */
export interface Decoder {
  /** Whether the compiled graphs answer or the export itself. */
  readonly kind: 'compiled' | 'as-exported';
  /** Cells along a side of a low-res mask (256). */
  readonly lowResSize: number;
  /**
   * Prepares for prompts about one image. Only the last image prepared can be asked.
   *
   * @param embedding - The encoder's output, [C, G, G] channel-major.
   * @param positions - The encoder's other output in transformers.js exports, [C, G, G] channel-major. Needed only where the
   *   decoder's own random matrix cannot be read (quantised exports).
   * @throws {@link SamError} `bad-model` when they are needed and missing.
   */
  forImage(embedding: Float32Array, frame: ImageFrame, positions?: Float32Array): Promise<ImageDecoder>;
  release(): Promise<void>;
}
