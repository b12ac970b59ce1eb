/**
 * SAM 2 and 2.1 as samexporter exports them (vietanhdev/samexporter, after ibaiGorordo's ONNX-SAM2-Segment-Anything): the decoder adds the
 * padding point itself, and prompts lie along its first axis.
 *
 * @module
 */

import { SAM2_FIT } from '../../sam/geometry.js';
import type { Contract } from './contract.js';
import { OFFICIAL_PROMPT_INPUTS, officialPromptInputs } from './prompt-tensors.js';
import { inputOf, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';
import { multimasksIn, SAM2_DECODER } from './sam2-decoder.js';

const EMBEDDINGS = ['high_res_feats_0', 'high_res_feats_1', 'image_embed'] as const;

const contract: Contract = {
  name: 'samexporter-sam2',
  title: 'SAM 2 and 2.1 as samexporter exports them',
  signature: {
    encoderInput: { rank: 4 },
    normalisesInGraph: false,
    encoderOutputs: EMBEDDINGS,
    decoderInputs: [...EMBEDDINGS.map((name) => ({ names: [name], rank: 4 })), ...OFFICIAL_PROMPT_INPUTS],
    decoderOutputs: [['masks'], ['iou_predictions']],
  },
  geometry: SAM2_FIT,
  encoder: sam1Encoder(...EMBEDDINGS),
  decoder: {
    ...SAM2_DECODER,
    padding: 'never',
    imageInputsOf: (embedding) =>
      Object.fromEntries(EMBEDDINGS.map((name) => [name, inputOf(tensorNamed(embedding, name))])),
    promptInputsOf: officialPromptInputs,
    answerOf: (outputs) => multimasksIn(outputs, 'masks', 'iou_predictions'),
  },
};

export default contract;
