/**
 * What a compiled decoder is to whoever runs it: its graphs, how they are fed and what they are called inside. The compiler itself is
 * loaded only where nothing compiled is kept.
 *
 * @module
 */

/** Part of the key under which compiled graphs are kept: raise it whenever the same export compiles to other graphs. */
export const COMPILER_VERSION = 3;

/** Low-res cells along a side of an image token: the decoder's two upscaling steps double twice. */
export const CELLS_PER_TOKEN = 4;

/** What a program must know to feed compiled graphs. */
export interface CompiledShape {
  /** Channels of an image token (C). */
  readonly width: number;
  /** Patches down and across the frame. */
  readonly gridHigh: number;
  readonly gridWide: number;
  /** Mask tokens, the single-mask token included. */
  readonly maskTokens: number;
  /** Labels that points can have. */
  readonly labels: readonly number[];
  /** Whether there is a mask graph. */
  readonly takesMask: boolean;
  /** Whether the image graph and the mask graph take the columns and rows of image tokens that the image covers. */
  readonly takesCovered: boolean;
  /** There when it is made for many prompts a run: the prompt graph then takes no `pred_iou_thresh` and skips nothing. */
  readonly isBatched?: true;
}

/** A compiled decoder: ONNX files and how to feed them. */
export interface CompiledDecoder {
  readonly shape: CompiledShape;
  /** Runs once per image. */
  readonly image: Uint8Array;
  /** Runs once per mask prompt, on what the image graph gave; missing where the decoder takes no mask prompt. */
  readonly mask?: Uint8Array;
  /** Runs once per batch of prompts. */
  readonly prompts: Uint8Array;
}

/** Inputs of the image graph; the mask graph takes `covered`, too. */
export const IMAGE_INPUTS = { embedding: 'image_embeddings', covered: 'covered' } as const;

/** The mask graph's input that holds the mask prompt. */
export const MASK_INPUT = 'mask_input';

/** Under what name the mask graph takes what the image graph gave; under the name itself it gives the same for the mask prompt. */
export function withoutMask(name: string): string {
  return `${name} without mask`;
}

/** Inputs of the prompt graph that hold prompts. */
export const PROMPT_INPUTS = { coords: 'point_coords', labels: 'point_labels' } as const;

/** Inputs of the prompt graph besides prompts and what the image graph gives. */
export const CHOICES = {
  /** int64 [2]: columns and rows of image tokens that the image covers. */
  covered: 'covered',
  /** int64 [M]: the mask tokens to answer for; 0 is the single-mask token. */
  masks: 'masks',
  /** int64 [M + 1]: the output tokens that takes, 0 for the IoU token and 1 + mask for the others. */
  outputTokens: 'output_tokens',
  /** int64, one a mask token: its place among `output_tokens`, 0 where it is not wanted. */
  places: 'places',
  /** float32 [1], where the graph skips masks: where none of the batch has a predicted IoU above this, there are no logits. */
  predIouThresh: 'pred_iou_thresh',
} as const;

/** Outputs of the prompt graph. */
export const PROMPT_OUTPUTS = { iou: 'iou', logits: 'logits' } as const;
