/**
 * The weights of a SAM-1 mask decoder by what they do, independent of the file they came from.
 *
 * Sizes follow from the arrays: C is the model's width, H heads of d channels each, T prompt tokens, N image tokens.
 *
 * @module
 */

/** y = x W + b. */
export interface LinearWeights {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs, outputs] row-major. */
  readonly weight: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array;
}

/** Scale and shift after a normalisation over the channels. */
export interface NormWeights {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly epsilon: number;
}

/** Multi-head attention; scores are divided by the square root of a head's width. */
export interface AttentionWeights {
  readonly heads: number;
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  readonly out: LinearWeights;
}

/** One block of the two-way transformer. */
export interface LayerWeights {
  readonly selfAttention: AttentionWeights;
  readonly norm1: NormWeights;
  readonly tokenToImage: AttentionWeights;
  readonly norm2: NormWeights;
  /** Two linear layers with a ReLU between them. */
  readonly mlp: readonly LinearWeights[];
  readonly norm3: NormWeights;
  readonly imageToToken: AttentionWeights;
  readonly norm4: NormWeights;
}

/** A stride-2 kernel-2 transposed convolution. */
export interface UpscalingWeights {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs, outputs, 2, 2] row-major, rows before columns. */
  readonly kernel: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array;
}

/** A stride-s kernel-s convolution, as the mask prompt's downscaling has them. */
export interface DownscalingWeights {
  readonly outputs: number;
  /** Side of the kernel and stride (2, or 1 for the last). */
  readonly side: number;
  /** [outputs, inputs, side, side] row-major. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** How a mask prompt becomes a dense embedding. */
export interface MaskPromptWeights {
  readonly convolutions: readonly DownscalingWeights[];
  /** After every convolution but the last, followed by GELU. */
  readonly norms: readonly NormWeights[];
}

/** Prompt encoder and mask decoder. */
export interface DecoderWeights {
  /** Channels of an image or prompt token (C). */
  readonly width: number;
  /** Patches down and across the frame. */
  readonly gridHigh: number;
  readonly gridWide: number;
  /** Pixels along a side of the frame, by which prompt coordinates are divided. */
  readonly inputSize: number;
  /** Random matrix of the positional encoding, [2, C/2], x first. */
  readonly gaussian: Float32Array;
  /** What a point of each label adds to its position, [C] each; -1 replaces the position. */
  readonly labelEmbeddings: ReadonlyMap<number, Float32Array>;
  /** Dense embedding when there is no mask prompt, [C]. */
  readonly noMask: Float32Array;
  /** Missing in exports that take no mask prompt. */
  readonly maskPrompt?: MaskPromptWeights;
  /** IoU token, then the mask tokens; [1 + maskTokens, C] row-major. */
  readonly outputTokens: Float32Array;
  readonly layers: readonly LayerWeights[];
  readonly finalAttention: AttentionWeights;
  readonly finalNorm: NormWeights;
  readonly upscaling1: UpscalingWeights;
  readonly upscalingNorm: NormWeights;
  readonly upscaling2: UpscalingWeights;
  /** One MLP for every mask token. */
  readonly hypernetworks: readonly (readonly LinearWeights[])[];
  readonly iouHead: readonly LinearWeights[];
}
