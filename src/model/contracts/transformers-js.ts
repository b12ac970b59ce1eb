/**
 * SAM 1 as exported for transformers.js: the graph pads by itself, takes points only, and wants the encoder's positions.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import { GraphView } from '../onnx/graph-view.js';
import { readModel } from '../onnx/model-bytes.js';
import { positionalEncoding } from '../onnx/positional-encoding.js';
import type { Contract, PlainTensor } from './contract.js';
import { labelsOf, takesNo, transformersJsPoints } from './prompt-tensors.js';
import { IMAGE_EMBEDDINGS, inputOf, SAM1_DECODER, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';

const POSITIONS = 'image_positional_embeddings';

const contract: Contract = {
  name: 'transformers-js',
  title: 'SAM 1 as exported for transformers.js',
  signature: {
    encoderInput: { names: ['pixel_values'], rank: 4 },
    normalisesInGraph: false,
    encoderOutputs: [IMAGE_EMBEDDINGS, POSITIONS],
    decoderInputs: [
      { names: ['input_points'], rank: 4 },
      { names: ['input_labels'], rank: 3 },
      { names: [IMAGE_EMBEDDINGS], rank: 4 },
      { names: [POSITIONS], rank: 4 },
    ],
    decoderOutputs: [['pred_masks'], ['iou_scores']],
  },
  takes: { boxes: false, masks: false },
  encoder: sam1Encoder(IMAGE_EMBEDDINGS, POSITIONS),
  decoder: {
    ...SAM1_DECODER,
    padding: 'never',
    async prepared(bytes, geometry) {
      const edited = await SAM1_DECODER.prepared(bytes, geometry);
      const positions = positionsOf(new GraphView(readModel(bytes).graph), geometry.gridSize);
      return { bytes: edited.bytes, constants: positions ? { [POSITIONS]: positions } : {} };
    },
    imageInputsOf(embedding, _, constants) {
      const given = embedding.find(({ name }) => name === POSITIONS);
      const positions = given ? inputOf(given) : constants[POSITIONS];
      if (!positions) {
        throw new SamError(
          'bad-model',
          `Expected the encoder's ${POSITIONS}, because the random matrix of this decoder cannot be read`,
        );
      }
      return { image_embeddings: inputOf(tensorNamed(embedding, IMAGE_EMBEDDINGS)), [POSITIONS]: positions };
    },
    promptInputsOf(prompts) {
      if (prompts.maskInput) throw takesNo('mask', 'for transformers.js');
      if (labelsOf(prompts).some((label) => label > 1)) throw takesNo('box', 'for transformers.js');
      return transformersJsPoints(prompts);
    },
  },
};

export default contract;

/** The model's dense positional encoding from its prompt encoder's random matrix, or undefined where that is quantised. */
function positionsOf(view: GraphView, grid: number): PlainTensor | undefined {
  const frequencies = view.nearestAhead('input_points', (node) => {
    const dims = view.constantDims(node.input[1] ?? '');
    return node.opType === 'MatMul' && dims?.length === 2 && dims[0] === 2;
  });
  const gaussian = frequencies && view.floats(frequencies.input[1]);
  if (!gaussian) return undefined;
  const rows = positionalEncoding(gaussian.data, grid, grid);
  const count = grid * grid;
  const channels = rows.length / count;
  const data = new Float32Array(rows.length);
  for (let i = 0; i < count; i++) for (let c = 0; c < channels; c++) data[c * count + i] = rows[i * channels + c];
  return { type: 'float32', dims: [1, channels, grid, grid], data };
}
