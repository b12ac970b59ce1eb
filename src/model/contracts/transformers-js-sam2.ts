/**
 * SAM 2.1 as exported for transformers.js (onnx-community). The graph was traced with boxes, which it appends to the points, so it pads no
 * points itself. A box is the same as its corners as points with labels 2 and 3 and the padding point
 * (transformers, modeling_sam2.py, `_embed_boxes`), so the boxes are cut out of the graph: without any, onnxruntime's Concat
 * would leave room for them that nobody fills.
 *
 * @module
 */

import { SAM2_FIT } from '../../sam/geometry.js';
import { GraphView } from '../onnx/graph-view.js';
import { readModel } from '../onnx/model-bytes.js';
import { withoutBoxes } from '../onnx/without-boxes.js';
import type { Contract } from './contract.js';
import { takesNo, transformersJsPoints } from './prompt-tensors.js';
import { inputOf, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';
import { multimasksIn, SAM2_DECODER } from './sam2-decoder.js';

const EMBEDDINGS = ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'] as const;

const contract: Contract = {
  name: 'transformers-js-sam2',
  title: 'SAM 2.1 as exported for transformers.js',
  signature: {
    encoderInput: { names: ['pixel_values'], rank: 4 },
    normalisesInGraph: false,
    encoderOutputs: EMBEDDINGS,
    decoderInputs: [
      { names: ['input_points'], rank: 4 },
      { names: ['input_labels'], rank: 3 },
      ...EMBEDDINGS.map((name) => ({ names: [name], rank: 4 })),
    ],
    decoderOutputs: [['pred_masks'], ['iou_scores']],
  },
  geometry: SAM2_FIT,
  takes: { boxes: true, masks: false },
  encoder: sam1Encoder(...EMBEDDINGS),
  decoder: {
    ...SAM2_DECODER,
    padding: 'always',
    async prepared(bytes) {
      // exports that fix the prompts' axis answer one at a time
      const [, prompts] = new GraphView(readModel(bytes).graph).inputDims('input_points') ?? [];
      return {
        bytes: withoutBoxes(bytes),
        constants: {},
        promptsPerRun: prompts ?? SAM2_DECODER.promptsPerRun,
      };
    },
    imageInputsOf: (embedding) =>
      Object.fromEntries(EMBEDDINGS.map((name) => [name, inputOf(tensorNamed(embedding, name))])),
    promptInputsOf(prompts) {
      if (prompts.maskInput) throw takesNo('mask', 'for transformers.js');
      return transformersJsPoints(prompts);
    },
    answerOf: (outputs) => multimasksIn(outputs, 'pred_masks', 'iou_scores'),
  },
};

export default contract;
