/**
 * EdgeSAM as its authors export it (chongzhou96/EdgeSAM, export_onnx_model.py): SAM 1 with another encoder. The decoder answers one
 * prompt of points and box corners with low-res masks of all four mask tokens. Its scores are no predicted IoUs: the authors did not train
 * that head, and export how stable each mask is in its place. The compiled form knows predicted IoUs alone, so the decoder runs as exported.
 * Their example leaves the padding point out; it is added here as in their predictor.
 *
 * @module
 */

import type { Contract } from './contract.js';
import { coordsOf, floats, labelsOf, takesNo } from './prompt-tensors.js';
import { IMAGE_EMBEDDINGS, inputOf, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';
import { multimasksIn } from './sam2-decoder.js';

const contract: Contract = {
  name: 'edge-sam',
  title: 'EdgeSAM',
  signature: {
    encoderInput: { names: ['image'], rank: 4 },
    normalisesInGraph: false,
    encoderOutputs: [IMAGE_EMBEDDINGS],
    decoderInputs: [
      { names: [IMAGE_EMBEDDINGS], rank: 4 },
      { names: ['point_coords'], rank: 3 },
      { names: ['point_labels'], rank: 2 },
    ],
    decoderOutputs: [['masks'], ['scores']],
  },
  takes: { boxes: true, masks: false },
  encoder: sam1Encoder(IMAGE_EMBEDDINGS),
  decoder: {
    isSam1: false,
    padding: 'without-box',
    promptsPerRun: 1,
    prepared: async (bytes) => ({ bytes, constants: {} }),
    imageInputsOf: (embedding) => ({ image_embeddings: inputOf(tensorNamed(embedding, IMAGE_EMBEDDINGS)) }),
    promptInputsOf(prompts) {
      if (prompts.maskInput) throw takesNo('mask', 'by EdgeSAM');
      const dims = [prompts.end - prompts.first, prompts.points.pointsPerPrompt];
      return { point_coords: floats(coordsOf(prompts), [...dims, 2]), point_labels: floats(labelsOf(prompts), dims) };
    },
    answerOf(outputs) {
      const answer = multimasksIn(outputs, 'masks', 'scores');
      // a mask without a pixel is 0 / 0 stable
      return { ...answer, iouPredictions: answer.iouPredictions.map((score) => (Number.isNaN(score) ? 0 : score)) };
    },
  },
};

export default contract;
