/**
 * SAM 2.1 as exported for transformers.js (onnx-community). The graph was traced with boxes, which it appends to the points, so it pads no
 * points itself. A box is the same as its corners as points with labels 2 and 3 and the padding point
 * (transformers, modeling_sam2.py, `_embed_boxes`), so the boxes are cut out of the graph: without any, onnxruntime's Concat
 * would leave room for them that nobody fills.
 *
 * @module
 */

import { GraphView } from '../onnx/graph-view.js';
import { readModel } from '../onnx/model-bytes.js';
import { withoutBoxes } from '../onnx/without-boxes.js';
import type { Contract, PlainTensors, PromptRange } from './contract.js';
import { coordsOf, floats, labelsOf, takesNo } from './prompt-tensors.js';
import { inputOf, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';
import { multimasksIn, SAM2_DECODER, SAM2_FIT } from './sam2-decoder.js';

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
    wantsPadding: true,
    prepared(bytes) {
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
    promptInputsOf(prompts): PlainTensors {
      if (prompts.maskInput) throw takesNo('mask', 'for transformers.js');
      return pointInputs(prompts);
    },
    answerOf: (outputs) => multimasksIn(outputs, 'pred_masks', 'iou_scores'),
  },
};

export default contract;

/** The points of some prompts, each with a padding point: batches with boxes come without. */
function pointInputs(prompts: PromptRange): PlainTensors {
  const count = prompts.end - prompts.first;
  const n = prompts.points.pointsPerPrompt;
  const given = labelsOf(prompts);
  const pads = given.includes(-1) ? 0 : 1;
  const coords = new Float32Array(count * (n + pads) * 2);
  const labels = new BigInt64Array(count * (n + pads)).fill(-1n);
  const from = coordsOf(prompts);
  for (let prompt = 0; prompt < count; prompt++) {
    coords.set(from.subarray(prompt * n * 2, (prompt + 1) * n * 2), prompt * (n + pads) * 2);
    for (let i = 0; i < n; i++) labels[prompt * (n + pads) + i] = BigInt(given[prompt * n + i]);
  }
  return {
    input_points: floats(coords, [1, count, n + pads, 2]),
    input_labels: { type: 'int64', dims: [1, count, n + pads], data: labels },
  };
}
