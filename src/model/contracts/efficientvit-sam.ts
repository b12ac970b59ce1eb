/**
 * EfficientViT-SAM (mit-han-lab/efficientvit, applications/efficientvit_sam/deployment/onnx): SAM 1 with another encoder, which sees 512
 * pixels a side in the models L0 to L2 and 1024 in XL0 and XL1; prompts and masks are in a frame of 1024 either way. The decoder takes
 * points and box corners of many prompts and returns low-res masks of all four mask tokens, or of the best. Its authors' example leaves the
 * padding point out; it is added here as in their predictor.
 *
 * @module
 */

import { GraphView } from '../onnx/graph-view.js';
import { readModel } from '../onnx/model-bytes.js';
import type { Contract } from './contract.js';
import { coordsOf, floats, labelsOf, takesNo } from './prompt-tensors.js';
import { IMAGE_EMBEDDINGS, inputOf, SAM1_DECODER, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';

/** Prompts of one run, where the export leaves their number open. */
const PROMPTS_PER_RUN = 8;

const contract: Contract = {
  name: 'efficientvit-sam',
  title: 'EfficientViT-SAM',
  signature: {
    encoderInput: { names: ['input_image'], rank: 4 },
    normalisesInGraph: false,
    encoderOutputs: [IMAGE_EMBEDDINGS],
    decoderInputs: [
      { names: [IMAGE_EMBEDDINGS], rank: 4 },
      { names: ['point_coords'], rank: 3 },
      { names: ['point_labels'], rank: 2 },
    ],
    decoderOutputs: [['masks', 'low_res_masks'], ['iou_predictions']],
  },
  framePixelsPerToken: 16,
  takes: { boxes: true, masks: false },
  encoder: sam1Encoder(IMAGE_EMBEDDINGS),
  decoder: {
    ...SAM1_DECODER,
    padding: 'without-box',
    async prepared(bytes, geometry) {
      const [prompts] = new GraphView(readModel(bytes).graph).inputDims('point_coords') ?? [];
      return { ...(await SAM1_DECODER.prepared(bytes, geometry)), promptsPerRun: prompts ?? PROMPTS_PER_RUN };
    },
    imageInputsOf: (embedding) => ({ image_embeddings: inputOf(tensorNamed(embedding, IMAGE_EMBEDDINGS)) }),
    promptInputsOf(prompts) {
      if (prompts.maskInput) throw takesNo('mask', 'by EfficientViT-SAM');
      const dims = [prompts.end - prompts.first, prompts.points.pointsPerPrompt];
      return { point_coords: floats(coordsOf(prompts), [...dims, 2]), point_labels: floats(labelsOf(prompts), dims) };
    },
  },
};

export default contract;
