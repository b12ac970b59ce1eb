/**
 * SAM's prompt encoder and mask decoder behind one door, whichever way they run.
 *
 * @module
 */

import type { DecodedBatch, DecodeOptions, PromptBatch } from '../amg/segmentation-model.js';
import { exportedDecoder } from './exported-decoder.js';

/** A picture as the encoder saw it. */
export interface ImageFrame {
  /** Pixels of the picture, in which prompts are given. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture after its long side was resized to the encoder's frame, padding not included. */
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
   */
  forImage(embedding: Float32Array, frame: ImageFrame): Promise<ImageDecoder>;
  release(): Promise<void>;
}

/** Something the user should know about a decoder that was loaded. */
export interface DecoderNotice {
  readonly kind: 'decoder-as-exported';
  /** Why the decoder was not compiled, a sentence that ends in a full stop. */
  readonly reason: string;
}

/** Settings of {@link loadDecoder}. */
export interface DecoderOptions {
  /** Threads that one run may use. @default all cores */
  readonly threads?: number;
  /** Folder of compiled graphs. @default the user's cache folder, or SAM_CLI_CACHE_DIR */
  readonly cacheDir?: string;
  /** Hears why a decoder runs slower than it could. */
  readonly onNotice?: (notice: DecoderNotice) => void;
  /** `as-exported` does not compile. @default 'compiled' */
  readonly form?: 'compiled' | 'as-exported';
}

/**
 * Loads the decoder of a SAM-1 export, official script or transformers.js, single- or multi-mask.
 *
 * @param bytes - The ONNX file.
 * @throws {@link SamError} `bad-model` when the bytes are not a SAM mask decoder.
 */
export async function loadDecoder(bytes: Uint8Array, options: DecoderOptions = {}): Promise<Decoder> {
  return exportedDecoder(bytes, options.threads);
}
