/**
 * Image encoders of SAM 1 as third parties export them: normalised pixels in a padded frame.
 *
 * @module
 */

import { SamError } from '../../errors.js';
import type { Embedding } from '../../sam/embedding.js';
import type { EncoderContract, PlainTensors } from './contract.js';
import { normalisedPixelsOf } from './normalised-pixels.js';

/**
 * An encoder with one input [1, 3, S, S], whatever its name. Where the graph leaves S open, it is the frame's.
 *
 * @param names - What its outputs are called from here on, in their order.
 */
export function sam1Encoder(...names: readonly string[]): EncoderContract {
  return {
    tensorNames: names,
    inputsOf(image, geometry, [{ name, dims }]) {
      const side = typeof dims[2] === 'number' && dims[2] > 0 ? dims[2] : geometry.frameSize;
      const data = normalisedPixelsOf(image, { ...geometry, frameSize: side });
      return { [name]: { type: 'float32', dims: [1, 3, side, side], data } };
    },
    embeddingOf: (outputs, outputNames) => namedOutputs(outputs, outputNames, names),
  };
}

function namedOutputs(outputs: PlainTensors, outputNames: readonly string[], names: readonly string[]): Embedding {
  return names.map((name, i) => {
    const output = outputs[outputNames.includes(name) ? name : outputNames[i]];
    if (!output) {
      throw new SamError('bad-model', `Expected ${name} of the image encoder but it returns ${outputNames.join(', ')}`);
    }
    return { name, dims: output.dims, data: output.data as Float32Array };
  });
}
