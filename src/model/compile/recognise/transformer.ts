/**
 * The two-way transformer, layer by layer from its end.
 *
 * @module
 */

import type { GraphView } from '../../onnx/graph-view.js';
import type { AttentionWeights, LayerWeights, NormWeights } from '../decoder-weights.js';
import { readAttention } from './attention.js';
import { readLinear, readMlp, readNorm, readResidual } from './blocks.js';
import { expect } from './expectation.js';
import { behind, behindPlumbing } from './plumbing.js';

interface ReadTransformer {
  layers: LayerWeights[];
  finalAttention: AttentionWeights;
  finalNorm: NormWeights;
  /** Tensor of the prompt tokens. */
  tokens: string;
  /** Tensor of the image tokens, before the first layer. */
  image: string;
}

/** The two-way transformer between its inputs and the tensors that hypernetworks and upscaling read. */
export function readTransformer(view: GraphView, tokensOut: string, imageOut: string): ReadTransformer {
  const pickedFrom = view.nearestBehind(tokensOut, (node) => readNorm(view, node.output[0]) !== undefined);
  const finalNorm = pickedFrom && readNorm(view, pickedFrom.output[0]);
  expect(finalNorm, 'a normalisation before the hypernetworks');
  const final = readResidual(view, finalNorm.input, (side) => readAttention(view, side));
  expect(final, 'an attention from tokens to image before the last normalisation');
  const layers: LayerWeights[] = [];
  let [queries] = final;
  let keys = behindPlumbing(view, imageOut);
  for (;;) {
    const layer = readLayer(view, queries, keys);
    layers.unshift(layer.weights);
    if (layer.first) {
      return { layers, finalAttention: final[1], finalNorm, tokens: layer.queries, image: layer.keys };
    }
    queries = layer.queries;
    keys = layer.keys;
  }
}

/** The block whose outputs are `queriesOut` and `keysOut`, and the tensors that it reads. */
function readLayer(
  view: GraphView,
  queriesOut: string,
  keysOut: string,
): { weights: LayerWeights; first: boolean; queries: string; keys: string } {
  const norm3 = readNorm(view, queriesOut);
  const afterMlp =
    norm3 &&
    readResidual(view, norm3.input, (side) => {
      const linear = readLinear(view, side);
      return linear && behind(view, linear.input, 'Relu') ? readMlp(view, side) : undefined;
    });
  expect(norm3 && afterMlp, 'a perceptron and a normalisation at the end of a layer');
  const norm2 = readNorm(view, afterMlp[0]);
  const afterCross = norm2 && readResidual(view, norm2.input, (side) => readAttention(view, side));
  expect(norm2 && afterCross, 'an attention from tokens to image before the perceptron');
  const norm1 = readNorm(view, afterCross[0]);
  expect(norm1, 'a normalisation after the self-attention');
  const alone = readAttention(view, norm1.input);
  const withStream = alone ? undefined : readResidual(view, norm1.input, (side) => readAttention(view, side));
  const selfAttention = alone ?? withStream?.[1];
  expect(selfAttention, 'a self-attention at the start of a layer');
  const norm4 = readNorm(view, keysOut);
  const afterImage = norm4 && readResidual(view, norm4.input, (side) => readAttention(view, side));
  expect(norm4 && afterImage, 'an attention from image to tokens in every layer');
  return {
    weights: {
      selfAttention,
      norm1,
      tokenToImage: afterCross[1],
      norm2,
      mlp: afterMlp[1].layers,
      norm3,
      imageToToken: afterImage[1],
      norm4,
    },
    first: alone !== undefined,
    queries: withStream ? withStream[0] : selfAttention.from.value,
    keys: afterImage[0],
  };
}
