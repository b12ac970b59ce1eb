/**
 * Layer 0 reads the image before any prompt has touched it, so its image-side projections are the same for every prompt.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import type { LayerWeights, LinearWeights } from '../decoder-weights.js';
import { headsApart, headsJoined, linear, scaledLinear, scoreScale } from '../token-ops.js';
import { softmaxOverTokens } from './image-to-token.js';

/** Names of what the once-per-image graph hands to the once-per-batch graph. */
export const SHARED = { image: 'x0', key: 'k0', value: 'v0', query: 'q0', upscaled: 'x0 g0' } as const;

/**
 * Per image, once: K0 = (X0 + PE) Wk + bk, V0 = X0 Wv + bv (token->image), Q0 = (X0 + PE) Wq + bq (image->token).
 *
 * @param image - X0, [N, C].
 * @param positions - PE, [N, C].
 * @returns K0 and Q0 as [H, d, N], V0 as [H, N, d]; the score's scale is in Q0.
 */
export function sharedLayer0Projections(
  graph: GraphBuilder,
  layer: LayerWeights,
  image: Value,
  positions: Value,
): { key: Value; value: Value; query: Value } {
  const { tokenToImage, imageToToken } = layer;
  const withPositions = graph.node('Add', 'x0 + pe', [image, positions]);
  const byHead = (name: string, x: Value, weights: LinearWeights, heads: number, perm: number[]) => {
    const projected = linear(graph, `${name}.projected`, x, weights);
    const apart = graph.node('Reshape', `${name}.apart`, [projected, graph.integers(0, heads, -1)]);
    return graph.node('Transpose', name, [apart], { perm });
  };
  const query = scaledLinear(scoreScale(imageToToken), imageToToken.query);
  return {
    key: byHead(SHARED.key, withPositions, tokenToImage.key, tokenToImage.heads, [1, 2, 0]),
    value: byHead(SHARED.value, image, tokenToImage.value, tokenToImage.heads, [1, 0, 2]),
    query: byHead(SHARED.query, withPositions, query, imageToToken.heads, [1, 2, 0]),
  };
}

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
