/**
 * SAM 2.1 as osam exports it: official names, the finer maps beside the tokens, one prompt a run. Its low-res masks are used; the masks of
 * the image's size, which it makes as well, are asked for as small as can be.
 *
 * @module
 */

import { SAM2_FIT } from '../../sam/geometry.js';
import type { Contract } from './contract.js';
import { OFFICIAL_PROMPT_INPUTS, officialPromptInputs } from './prompt-tensors.js';
import { inputOf, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';
import { multimasksIn, SAM2_DECODER } from './sam2-decoder.js';

const EMBEDDINGS = ['image_embeddings', 'high_res_features1', 'high_res_features2'] as const;
const LOW_RES = ['low_res_masks', 'low_res'] as const;
const SCORES = ['iou_predictions', 'scores'] as const;

const contract: Contract = {
  name: 'osam-sam2',
  title: 'SAM 2.1 as osam exports it',
  signature: {
    encoderInput: { rank: 4 },
    normalisesInGraph: false,
    encoderOutputs: EMBEDDINGS,
    decoderInputs: [
      ...EMBEDDINGS.map((name) => ({ names: [name], rank: 4 })),
      ...OFFICIAL_PROMPT_INPUTS,
      { names: ['orig_im_size'], rank: 1 },
    ],
    decoderOutputs: [LOW_RES, SCORES],
  },
  geometry: SAM2_FIT,
  encoder: sam1Encoder(...EMBEDDINGS),
  decoder: {
    ...SAM2_DECODER,
    promptsPerRun: 1,
    padding: 'without-box',
    imageInputsOf: (embedding) => ({
      ...Object.fromEntries(EMBEDDINGS.map((name) => [name, inputOf(tensorNamed(embedding, name))])),
      orig_im_size: { type: 'int64', dims: [2], data: BigInt64Array.of(1n, 1n) },
    }),
    promptInputsOf: officialPromptInputs,
    answerOf(outputs) {
      const named = (names: readonly string[]) => names.find((name) => name in outputs) ?? names[0];
      return multimasksIn(outputs, named(LOW_RES), named(SCORES));
    },
  },
};

export default contract;
