/**
 * Attention from prompt tokens to image tokens, without projecting the image tokens.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import { productWithTransposed } from '../contributed-ops.js';
import type { AttentionWeights, LinearWeights } from '../decoder-weights.js';
import { biasByHead, transposedWeightByHead, weightByHead } from '../head-weights.js';
import { headsApart, headsJoined, linear, scaledLinear, scoreScale } from '../token-ops.js';
import { matrixProduct, sumOf } from '../weight-algebra.js';

/** Image tokens inside the graph. */
export interface ImageTokens {
  /** [B, N, C], or [N, C] when no prompt has touched them. */
  readonly tokens: Value;
  /** What is missing from every token because adding it elsewhere costs nothing, [C]. */
  readonly offset?: Float32Array;
}

/**
 * Token->image scores: `q_h . (Wk_h^T (x + pe) + bk) = (Wk_h q_h) . (x + pe) + const`, and softmax over image tokens cancels
 * the constant. One [H T, C] x [C, N] product replaces an [N, C] x [C, H d] one.
 *
 * @param queries - Prompt tokens with their positions, [B, T, C].
 * @param imageWithPositions - x + pe, [B, N, C].
 * @returns weights after softmax, [B, H T, N].
 */
export function tokenToImageScores(
  graph: GraphBuilder,
  name: string,
  attention: AttentionWeights,
  queries: Value,
  imageWithPositions: Value,
): Value {
  const { heads, key } = attention;
  const query = linear(graph, `${name}.q`, queries, scaledLinear(scoreScale(attention), attention.query));
  const keyWeight = graph.constant(`${name}.k`, transposedWeightByHead(key, heads));
  const moved = graph.node('MatMul', `${name}.moved`, [headsApart(graph, `${name}.q`, query, heads), keyWeight]);
  const pairs = graph.node('Reshape', `${name}.pairs`, [moved, graph.integers(0, -1, key.inputs)]);
  const product = productWithTransposed(graph, `${name}.scores`, pairs, imageWithPositions);
  return graph.node('Softmax', `${name}.weights`, [product], { axis: -1 });
}

/**
 * Token->image values: `softmax(scores) X` is [H T, C]; Wv_h and bv apply afterwards, because rows of softmax sum to 1.
 *
 * @param weights - After softmax, [B, H T, N].
 * @param image - x, [B, N, C].
 * @param offset - What is missing from every image token (see {@link ImageTokens}), [C].
 * @returns the attention's output, [B, T, C].
 */
export function tokenToImageValues(
  graph: GraphBuilder,
  name: string,
  attention: AttentionWeights,
  weights: Value,
  image: Value,
  offset?: Float32Array,
): Value {
  const { heads } = attention;
  const value = withOffset(attention.value, offset);
  const means = graph.node('MatMul', `${name}.means`, [weights, image]);
  const byHead = graph.node('Reshape', `${name}.means.heads`, [means, graph.integers(0, heads, -1, value.inputs)]);
  const valueWeight = graph.constant(`${name}.v`, weightByHead(value, heads));
  const projected = graph.node('MatMul', `${name}.projected`, [byHead, valueWeight]);
  const bias = graph.constant(`${name}.v.bias`, biasByHead(value, heads));
  const context = graph.node('Add', `${name}.context`, [projected, bias]);
  return linear(graph, name, headsJoined(graph, `${name}.context`, context), attention.out);
}

/** The layer that gives for x what `weights` gives for x + offset. */
export function withOffset(weights: LinearWeights, offset: Float32Array | undefined): LinearWeights {
  if (!offset) return weights;
  const shift = matrixProduct(offset, weights.weight, 1, weights.inputs, weights.outputs);
  return { ...weights, bias: sumOf(weights.bias, shift) };
}
