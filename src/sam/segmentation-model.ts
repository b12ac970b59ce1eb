/**
 * What making masks needs to know of a model, and nothing else: `amg` and `segment` see no more of it.
 *
 * @module
 */

import type { Embedding } from './embedding.js';
import type { ModelGeometry } from './geometry.js';
import type { RgbImage } from './rgb-image.js';

/**
 * A batch of prompts about one encoded image; every prompt has the same number of points.
 *
 * A box is two points with labels 2 (top left) and 3 (bottom right), as in SAM's ONNX exports.
 */
export interface PromptBatch {
  /** Prompts in the batch (B). */
  readonly count: number;
  /** Points per prompt (N), padding included when the caller wants some. 0 when a mask alone is the prompt. */
  readonly pointsPerPrompt: number;
  /** [B, N, 2] x,y in pixels of the encoded image (not of the model's frame). */
  readonly coords: Float32Array;
  /** [B, N]: 1 foreground, 0 background, 2 and 3 box corners, -1 padding. */
  readonly labels: Float32Array;
  /** [B, L, L] row-major low-res logits of an earlier mask, when refining; L is the geometry's `lowResSize`. */
  readonly maskInput?: Float32Array;
}

/** Options of {@link EncodedImage.decode}. */
export interface DecodeOptions {
  /** Masks with a predicted IoU not above this are not needed and may be left out of `logits`. @default none */
  readonly predIouThresh?: number;
  /** Which mask tokens: the multimasks (three in SAM), or the single-mask token. @default 'multi' */
  readonly masks?: 'multi' | 'single';
  /** Which cells of each mask: those that cover the image, or all, as feeding a mask back needs. @default 'covered' */
  readonly cells?: 'covered' | 'all';
}

/** Answers of the decoder to a {@link PromptBatch}. Buffers belong to the model and are valid until its next call. */
export interface DecodedBatch {
  /** Masks per prompt (M): as many as the model has multimasks (3 in SAM), or 1. */
  readonly masksPerPrompt: number;
  /** [B, M] predicted IoU (a raw regression: it can exceed 1). */
  readonly iouPredictions: Float32Array;
  /**
   * Low-res logits, each mask column-major: the value of cell column x, row y of mask i is
   * `logits[offsets[i] + x * cellsHigh + y]`. Only the cells that cover the image (padding cut) are there, unless
   * {@link DecodeOptions.cells} asks for all.
   */
  readonly logits: Float32Array;
  /** [B * M] where each mask starts in `logits`, or -1 where it was left out because of `predIouThresh`. */
  readonly offsets: Int32Array;
  /** Cell columns stored per mask, at most the geometry's `lowResSize`. */
  readonly cellsWide: number;
  /** Cell rows stored per mask, at most the geometry's `lowResSize`. */
  readonly cellsHigh: number;
}

/** One image after the image encoder. */
export interface EncodedImage {
  /** What the encoder made of it. */
  readonly embedding: Embedding;
  readonly width: number;
  readonly height: number;
  decode(batch: PromptBatch, options?: DecodeOptions): Promise<DecodedBatch>;
  /**
   * What the encoder says of the image at some points: vectors whose scalar product is near 1 where two points look alike to it.
   *
   * @param pointsXy - [N, 2] x, y in pixels of the image.
   * @returns [N, C], each row of length 1.
   */
  featuresAt(pointsXy: Float64Array): Float32Array;
}

/** A loaded SAM: the image encoder and the prompt encoder with the mask decoder. */
export interface SegmentationModel {
  /** How it sees an image. */
  readonly geometry: ModelGeometry;
  encode(image: RgbImage): Promise<EncodedImage>;
}
