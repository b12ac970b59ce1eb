/**
 * Layer 0 reads the image before any prompt has touched it, so its image-side projections are the same for every prompt.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import type { LayerWeights } from '../decoder-weights.js';
import { headsApart, headsJoined, linear, scaledLinear, scoreScale } from '../token-ops.js';
import { softmaxOverTokens } from './image-to-token.js';

/**
 * Layer 0's attention from tokens to image, with the shared K0 and V0.
 *
 * @param queries - Prompt tokens with their positions, [B, T, C].
 * @returns [B, T, C]
 */
export function layer0TokenToImage(
  graph: GraphBuilder,
  name: string,
  layer: LayerWeights,
  queries: Value,
  shared: { key: Value; value: Value },
): Value {
  const attention = layer.tokenToImage;
  const query = linear(graph, `${name}.q`, queries, scaledLinear(scoreScale(attention), attention.query));
  const byHead = headsApart(graph, `${name}.q`, query, attention.heads);
  const scores = graph.node('MatMul', `${name}.scores`, [byHead, shared.key]);
  const weights = graph.node('Softmax', `${name}.weights`, [scores], { axis: -1 });
  const context = graph.node('MatMul', `${name}.context`, [weights, shared.value]);
  return linear(graph, name, headsJoined(graph, `${name}.context`, context), attention.out);
}

/**
 * Layer 0's weights of the attention from image to tokens, with the shared Q0.
 *
 * @param keys - Prompt tokens with their positions, [B, T, C].
 * @returns after softmax over the tokens of a head, [B, H T, N].
 */
export function layer0ImageToToken(
  graph: GraphBuilder,
  name: string,
  layer: LayerWeights,
  keys: Value,
  sharedQuery: Value,
  imageTokens: number,
): Value {
  const { heads, key } = layer.imageToToken;
  const byHead = headsApart(graph, `${name}.k`, linear(graph, `${name}.k`, keys, key), heads);
  const scores = graph.node('MatMul', `${name}.scores`, [byHead, sharedQuery]);
  return softmaxOverTokens(graph, name, scores, imageTokens);
}
