/**
 * What SAM-1 decoder exports have in common: the graph is edited to return every mask token (see expose-multimask.ts).
 *
 * @module
 */

import { SamError } from '../../errors.js';
import type { Embedding, NamedTensor } from '../../sam/embedding.js';
import { MASK_TOKEN_IOU, MASK_TOKEN_LOGITS } from '../onnx/mask-token-outputs.js';
import type { DecoderContract, PlainTensor } from './contract.js';

/** The name that the embedding of SAM 1 has here. */
export const IMAGE_EMBEDDINGS = 'image_embeddings';

/** The parts of a {@link DecoderContract} that do not differ between SAM-1 exports. */
export const SAM1_DECODER: Pick<DecoderContract, 'isSam1' | 'promptsPerRun' | 'prepared' | 'answerOf'> = {
  isSam1: true,
  promptsPerRun: 1,
  async prepared(bytes) {
    // a compiled decoder needs nothing of what edits graphs
    const { exposeMultimask } = await import('../onnx/expose-multimask.js');
    return { bytes: exposeMultimask(bytes), constants: {} };
  },
  answerOf(outputs) {
    const { data, dims } = outputs[MASK_TOKEN_IOU];
    const logits = outputs[MASK_TOKEN_LOGITS].data as Float32Array;
    return { logits, iouPredictions: data as Float32Array, masks: dims[dims.length - 1], hasSingleMask: true };
  },
};

/**
 * The tensor of an embedding with that name.
 *
 * @throws SamError `bad-model` when there is none.
 */
export function tensorNamed(embedding: Embedding, name: string): NamedTensor {
  const tensor = embedding.find((each) => each.name === name);
  if (tensor) return tensor;
  const received = embedding.map((each) => each.name).join(', ');
  throw new SamError('bad-model', `Expected ${name} in the encoder's outputs but received ${received}`);
}

/** A tensor of an embedding as an input. */
export function inputOf({ dims, data }: NamedTensor): PlainTensor {
  return { type: 'float32', dims, data };
}
