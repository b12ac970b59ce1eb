/**
 * EfficientSAM (yformer/EfficientSAM, export_to_onnx.py): the encoder takes pixels 0 to 1 of any size and stretches and normalises them; the
 * decoder takes points in the image it is told the size of, pads them, and returns masks of that size. Told the size of its own low-res
 * masks, it returns those, so masks of the image's size are made here, bilinear where the export is bicubic.
 *
 * @module
 */

import { SAM2_FIT } from '../../sam/geometry.js';
import type { Contract } from './contract.js';
import { coordsOf, floats, labelsOf, takesNo } from './prompt-tensors.js';
import { IMAGE_EMBEDDINGS, inputOf, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';
import { multimasksIn } from './sam2-decoder.js';

const contract: Contract = {
  name: 'efficient-sam',
  title: 'EfficientSAM',
  signature: {
    encoderInput: { names: ['batched_images'], rank: 4 },
    normalisesInGraph: true,
    encoderOutputs: [IMAGE_EMBEDDINGS],
    decoderInputs: [
      { names: [IMAGE_EMBEDDINGS], rank: 4 },
      { names: ['batched_point_coords'], rank: 4 },
      { names: ['batched_point_labels'], rank: 3 },
      { names: ['orig_im_size'], rank: 1 },
    ],
    decoderOutputs: [['output_masks'], ['iou_predictions']],
  },
  geometry: SAM2_FIT,
  takes: { boxes: true, masks: false },
  encoder: {
    ...sam1Encoder(IMAGE_EMBEDDINGS),
    inputsOf({ data, width, height }, _, [{ name }]) {
      const plane = width * height;
      const pixels = new Float32Array(3 * plane);
      for (let i = 0, p = 0; i < plane; i++) {
        for (let channel = 0; channel < 3; channel++) pixels[channel * plane + i] = data[p++] / 255;
      }
      return { [name]: floats(pixels, [1, 3, height, width]) };
    },
  },
  decoder: {
    isSam1: false,
    padding: 'never',
    promptsPerRun: 8,
    prepared: async (bytes) => ({ bytes, constants: {} }),
    imageInputsOf(embedding, { lowResSize }) {
      const side = BigInt(lowResSize);
      return {
        image_embeddings: inputOf(tensorNamed(embedding, IMAGE_EMBEDDINGS)),
        orig_im_size: { type: 'int64', dims: [2], data: BigInt64Array.of(side, side) },
      };
    },
    promptInputsOf(prompts, { frameSize, lowResSize }) {
      if (prompts.maskInput) throw takesNo('mask', 'by EfficientSAM');
      const count = prompts.end - prompts.first;
      const n = prompts.points.pointsPerPrompt;
      const scale = lowResSize / frameSize;
      return {
        batched_point_coords: floats(
          coordsOf(prompts).map((value) => value * scale),
          [1, count, n, 2],
        ),
        batched_point_labels: floats(labelsOf(prompts), [1, count, n]),
      };
    },
    answerOf: (outputs) => multimasksIn(outputs, 'output_masks', 'iou_predictions'),
  },
};

export default contract;
