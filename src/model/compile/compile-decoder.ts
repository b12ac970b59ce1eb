/**
 * From a decoder export to the graphs that answer the same questions cheaper.
 *
 * @module
 */

import type { OperatorSet } from '../onnx/graph-builder.js';
import { lowRankPays } from './identities/low-rank-upscaling.js';
import { imageGraph } from './image-graph.js';
import { promptGraph } from './prompt-graph.js';
import { recognisedDecoder } from './recognised-decoder.js';

/** Part of the key under which compiled graphs are kept: raise it whenever the same export compiles to other graphs. */
export const COMPILER_VERSION = 2;

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
  /** Whether the image graph takes a mask prompt. */
  readonly takesMask: boolean;
  /** Whether the image graph takes the columns and rows of image tokens that the image covers. */
  readonly takesCovered: boolean;
  /** There when it is made for many prompts a run: the prompt graph then takes no `pred_iou_thresh` and skips nothing. */
  readonly isBatched?: true;
}

/** For what a decoder is compiled. */
export interface CompilerSettings {
  /** Operators that the graphs may use. @default 'contributed' */
  readonly operators?: OperatorSet;
  /** Whether many prompts are answered in one run, as on a GPU, rather than one. @default false */
  readonly isBatched?: boolean;
  /** Takes the first upscaling step apart. @default where that is less arithmetic; not in batches */
  readonly lowRankUpscaling?: boolean;
}

/** A compiled decoder: ONNX files and how to feed them. */
export interface CompiledDecoder {
  readonly shape: CompiledShape;
  /** Runs once per image. */
  readonly image: Uint8Array;
  /** Runs once per batch of prompts. */
  readonly prompts: Uint8Array;
}

/**
 * Compiles a decoder export.
 *
 * A batch has no use for two forms of the graph for one prompt: some mask of many prompts is always wanted, and a GPU takes one large
 * product faster than the sums around a smaller one.
 *
 * @param bytes - The ONNX file.
 * @throws {@link UnrecognisedDecoder} when the graph is built differently from SAM-1's decoder.
 */
export function compileDecoder(bytes: Uint8Array, settings: CompilerSettings = {}): CompiledDecoder {
  const { operators = 'contributed', isBatched = false } = settings;
  const weights = recognisedDecoder(bytes);
  const lowRank = settings.lowRankUpscaling ?? (!isBatched && lowRankPays(weights));
  return {
    shape: {
      width: weights.width,
      gridHigh: weights.gridHigh,
      gridWide: weights.gridWide,
      maskTokens: weights.hypernetworks.length,
      labels: [...weights.labelEmbeddings.keys()],
      takesMask: weights.maskPrompt !== undefined,
      takesCovered: lowRank,
      ...(isBatched && { isBatched }),
    },
    image: imageGraph(weights, { operators, lowRank }),
    prompts: promptGraph(weights, { operators, lowRank, skipsRejected: !isBatched }),
  };
}
