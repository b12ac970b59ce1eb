/**
 * SAM 1 with an encoder that takes pixels as they are: samexporter's and Acly's MobileSAM. The caller resizes the long side to the frame;
 * the graph normalises and pads.
 *
 * @module
 */

import { resizeLikePil } from '../../image/pil-resize.js';
import { frameExtentOf } from '../../sam/geometry.js';
import type { Contract } from './contract.js';
import { officialDecoder, officialDecoderSignature } from './official-decoder.js';
import { floats } from './prompt-tensors.js';
import { IMAGE_EMBEDDINGS } from './sam1-decoder.js';
import { sam1Encoder } from './sam1-encoder.js';

const contract: Contract = {
  name: 'samexporter-sam1',
  title: 'SAM 1 as samexporter and Acly (MobileSAM) export it',
  signature: {
    encoderInput: { rank: 3 },
    normalisesInGraph: true,
    encoderOutputs: [],
    ...officialDecoderSignature,
  },
  encoder: {
    ...sam1Encoder(IMAGE_EMBEDDINGS),
    inputsOf(image, geometry, [{ name }]) {
      const { width, height } = frameExtentOf(geometry, image.width, image.height);
      const { data } = resizeLikePil(image, width, height);
      return { [name]: floats(Float32Array.from(data), [height, width, 3]) };
    },
  },
  decoder: officialDecoder,
};

export default contract;
