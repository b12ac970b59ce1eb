/**
 * From a decoder export to the graphs that answer the same questions cheaper.
 *
 * @module
 */

import type { OperatorSet } from '../onnx/graph-builder.js';
import type { CompiledDecoder } from './compiled-form.js';
import { imageGraph } from './image-graph.js';
import { LayerMaps } from './low-rank/layer-maps.js';
import { lowRankReadings } from './low-rank/low-rank-readings.js';
import { lowRankPays } from './low-rank/low-rank-upscaling.js';
import { maskGraph } from './mask-graph.js';
import { promptGraph } from './prompt-graph.js';
import { recognisedDecoder } from './recognised-decoder.js';
import { type DecoderPlan, layer0Readings } from './shared-image.js';

/** For what a decoder is compiled. */
export interface CompilerSettings {
  /** Operators that the graphs may use. @default 'contributed' */
  readonly operators?: OperatorSet;
  /** Whether many prompts are answered in one run, as on a GPU, rather than one. @default false */
  readonly isBatched?: boolean;
  /** Image tokens stay sums of terms (low-rank/layer-maps.ts). @default where that is less arithmetic; not in batches */
  readonly lowRank?: boolean;
}

/**
 * Compiles a decoder export.
 *
 * A batch has no use for two savings of the graph for one prompt: some mask of many prompts is always wanted, and a GPU takes few large
 * products faster than many small ones.
 *
 * @param bytes - The ONNX file.
 * @throws {@link UnrecognisedDecoder} when the graph is built differently from SAM-1's decoder.
 */
export function compileDecoder(bytes: Uint8Array, settings: CompilerSettings = {}): CompiledDecoder {
  const { operators = 'contributed', isBatched = false } = settings;
  const weights = recognisedDecoder(bytes);
  const lowRank = settings.lowRank ?? (!isBatched && lowRankPays(weights));
  const maps = lowRank ? new LayerMaps(weights) : undefined;
  const readings = [...layer0Readings(weights), ...(maps ? lowRankReadings(weights, maps) : [])];
  const plan: DecoderPlan = { weights, operators, readings, ...(maps && { maps }) };
  const mask = maskGraph(plan);
  return {
    shape: {
      width: weights.width,
      gridHigh: weights.gridHigh,
      gridWide: weights.gridWide,
      maskTokens: weights.hypernetworks.length,
      labels: [...weights.labelEmbeddings.keys()],
      takesMask: mask !== undefined,
      takesCovered: lowRank,
      ...(isBatched && { isBatched }),
    },
    image: imageGraph(plan),
    prompts: promptGraph(plan, !isBatched),
    ...(mask && { mask }),
  };
}
