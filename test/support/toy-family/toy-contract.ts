import type { Contract, PlainTensor } from '../../../src/model/contracts/contract.js';
import { normalisedPixelsOf } from '../../../src/model/contracts/normalised-pixels.js';

/** The family of fixtures/toy-family: nothing in src knows it. */
const contract: Contract = {
  name: 'toy',
  encoder: {
    tensorNames: ['tokens', 'fine'],
    inputsOf: (image, geometry) => {
      const { frameSize } = geometry;
      return { pixels: floats(normalisedPixelsOf(image, geometry), [1, 3, frameSize, frameSize]) };
    },
    embeddingOf: (outputs) =>
      ['tokens', 'fine'].map((name) => ({ name, dims: outputs[name].dims, data: outputs[name].data as Float32Array })),
  },
  decoder: {
    isSam1: false,
    padding: 'never',
    promptsPerRun: 8,
    prepared: async (bytes) => ({ bytes, constants: {} }),
    imageInputsOf: (embedding) =>
      Object.fromEntries(embedding.map(({ name, dims, data }) => [name, floats(data, dims)])),
    promptInputsOf: ({ points, first, end, maskInput }, { lowResSize }) => {
      const { pointsPerPrompt: n, coords, labels } = points;
      const count = end - first;
      const cells = lowResSize ** 2;
      return {
        where: floats(coords.slice(first * n * 2, end * n * 2), [count, n, 2]),
        kind: floats(labels.slice(first * n, end * n), [count, n]),
        earlier: floats(maskInput?.slice(first * cells, end * cells) ?? new Float32Array(count * cells), [
          count,
          1,
          lowResSize,
          lowResSize,
        ]),
      };
    },
    answerOf: ({ masks, quality }) => ({
      logits: masks.data as Float32Array,
      iouPredictions: quality.data as Float32Array,
      masks: 3,
      hasSingleMask: false,
    }),
  },
};

export default contract;

function floats(data: Float32Array, dims: readonly number[]): PlainTensor {
  return { type: 'float32', data, dims };
}
