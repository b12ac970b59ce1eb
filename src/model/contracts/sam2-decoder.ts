/**
 * What exports of SAM 2 have in common: three embeddings, multimasks without the single-mask token, low-res logits as an output.
 *
 * @module
 */

import type { DecoderContract, ExportedAnswer, PlainTensors } from './contract.js';

/** Prompts of one run: the finer maps alone are 16 MB a prompt in a graph that repeats them. */
const PROMPTS_PER_RUN = 8;

/** The parts of a {@link DecoderContract} that do not differ between exports of SAM 2. */
export const SAM2_DECODER: Pick<DecoderContract, 'isSam1' | 'promptsPerRun' | 'prepared'> = {
  isSam1: false,
  promptsPerRun: PROMPTS_PER_RUN,
  prepared: async (bytes) => ({ bytes, constants: {} }),
};

/**
 * The masks in a decoder's outputs.
 *
 * @param maskName - Low-res logits [..., M, L, L].
 * @param iouName - Predicted IoUs [..., M].
 */
export function multimasksIn(outputs: PlainTensors, maskName: string, iouName: string): ExportedAnswer {
  const ious = outputs[iouName];
  const masks = ious.dims[ious.dims.length - 1];
  return {
    logits: outputs[maskName].data as Float32Array,
    iouPredictions: ious.data as Float32Array,
    masks,
    // all four tokens, where an export returns them
    hasSingleMask: masks === 4,
  };
}
