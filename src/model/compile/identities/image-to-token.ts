/**
 * Attention from image tokens to prompt tokens, without projecting the image tokens.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import { productOfTransposed, productWithTransposed } from '../contributed-ops.js';
import type { AttentionWeights } from '../decoder-weights.js';
import { rowsByHead, transposedWeightByHead } from '../head-weights.js';
import { headsApart, linear, scaledLinear, scoreScale } from '../token-ops.js';
import { scaledBy } from '../weight-algebra.js';

/**
 * Image->token scores: `(x + pe) . (Wq_h k_h) + bq_h . k_h`. Here the constant matters, because softmax runs over tokens.
 *
 * @param keys - Prompt tokens with their positions, [B, T, C].
 * @param imageWithPositions - x + pe, [B, N, C].
 * @returns weights after softmax over the tokens of a head, [B, H T, N].
 */
export function imageToTokenScores(
  graph: GraphBuilder,
  name: string,
  attention: AttentionWeights,
  keys: Value,
  imageWithPositions: Value,
  imageTokens: number,
): Value {
  const { heads, query } = attention;
  const key = linear(graph, `${name}.k`, keys, scaledLinear(scoreScale(attention), attention.key));
  const byHead = headsApart(graph, `${name}.k`, key, heads);
  const queryWeight = graph.constant(`${name}.q`, transposedWeightByHead(query, heads));
  const moved = graph.node('MatMul', `${name}.moved`, [byHead, queryWeight]);
  const pairs = graph.node('Reshape', `${name}.pairs`, [moved, graph.integers(0, -1, query.inputs)]);
  const product = productWithTransposed(graph, `${name}.product`, pairs, imageWithPositions);
  const queryBias = graph.constant(`${name}.q.bias`, {
    dims: [heads, query.outputs / heads, 1],
    data: query.bias,
  });
  const constant = graph.node('MatMul', `${name}.constant`, [byHead, queryBias]);
  const productByHead = graph.node('Reshape', `${name}.product.heads`, [
    product,
    graph.integers(0, heads, -1, imageTokens),
  ]);
  const scores = graph.node('Add', `${name}.scores`, [productByHead, constant]);
  return softmaxOverTokens(graph, name, scores, imageTokens);
}

/**
 * Softmax over the T tokens of every head.
 *
 * The Softmax operator handles rows of seven numbers one at a time; written out over [H, T, N] every step runs along the
 * image tokens.
 *
 * @param scores - [B, H, T, N]
 * @param imageTokens - N
 * @returns [B, H T, N]
 */
export function softmaxOverTokens(graph: GraphBuilder, name: string, scores: Value, imageTokens: number): Value {
  const tokens = graph.integers(2);
  const largest = graph.node('ReduceMax', `${name}.largest`, [scores, tokens], { keepdims: 1 });
  const below = graph.node('Sub', `${name}.below`, [scores, largest]);
  const powers = graph.node('Exp', `${name}.powers`, [below]);
  // as a product with ones, since ReduceSum adds in another order where there are more threads than heads
  const count = graph.node('Shape', `${name}.tokens`, [powers], { start: 2, end: 3 });
  const shape = graph.node('Concat', `${name}.ones.shape`, [graph.integers(1), count], { axis: 0 });
  const ones = graph.node('Expand', `${name}.ones`, [graph.scalar('one', 1), shape]);
  const sum = graph.node('MatMul', `${name}.sum`, [ones, powers]);
  const weights = graph.node('Div', `${name}.weights.heads`, [powers, sum]);
  return graph.node('Reshape', `${name}.weights`, [weights, graph.integers(0, -1, imageTokens)]);
}

/**
 * The rows M = v_h Wo_h of image->token output, of which every image token gets a weighted sum.
 *
 * @param values - Prompt tokens, [B, T, C].
 * @param bias - What every image token gets besides, [C]: spread over the heads, whose weights each sum to 1.
 * @returns M, [B, H T, C].
 */
export function imageToTokenRows(
  graph: GraphBuilder,
  name: string,
  attention: AttentionWeights,
  values: Value,
  bias?: Float32Array,
): Value {
  const { heads, out } = attention;
  const value = linear(graph, `${name}.v`, values, attention.value);
  const outWeight = graph.constant(`${name}.o`, rowsByHead(out, heads));
  const product = graph.node('MatMul', `${name}.rows.product`, [
    headsApart(graph, `${name}.v`, value, heads),
    outWeight,
  ]);
  const spread = bias && graph.constant(`${name}.o.bias`, { dims: [out.outputs], data: scaledBy(1 / heads, bias) });
  const rows = spread ? graph.node('Add', `${name}.rows.heads`, [product, spread]) : product;
  return graph.node('Reshape', `${name}.rows`, [rows, graph.integers(0, -1, out.outputs)]);
}

/**
 * Image->token output and its residual: `x + A [N, H T] M [H T, C]`.
 *
 * @param image - x, [B or 1, N, C].
 * @param weights - A transposed, [B, H T, N].
 * @param rows - M, [B, H T, C].
 */
export function imageToTokenOutput(
  graph: GraphBuilder,
  name: string,
  image: Value,
  weights: Value,
  rows: Value,
): Value {
  const product = productOfTransposed(graph, `${name}.output`, weights, rows);
  return graph.node('Add', `${name}.residual`, [image, product]);
}
