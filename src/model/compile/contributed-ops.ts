/**
 * What onnxruntime's own operators do in one step, or the same in operators of ONNX for providers that lack them.
 *
 * @module
 */

import { type Attributes, type GraphBuilder, MICROSOFT, type Value } from '../onnx/graph-builder.js';

const TURNED: Attributes = { perm: [0, 2, 1] };

/**
 * `a b^T` for every prompt.
 *
 * @param a - [B, r, c], the smaller one.
 * @param b - [B, n, c].
 * @returns [B, r, n]
 */
export function productWithTransposed(graph: GraphBuilder, name: string, a: Value, b: Value): Value {
  if (graph.operators === 'contributed') return graph.node('FusedMatMul', name, [a, b], { transB: 1 }, MICROSOFT);
  // (b a^T)^T turns what is small and leaves b, which is not, as it is
  const turned = graph.node('Transpose', `${name}.turned`, [a], TURNED);
  return graph.node('Transpose', name, [graph.node('MatMul', `${name}.product`, [b, turned])], TURNED);
}

/**
 * `a^T b` for every prompt.
 *
 * @param a - [B, r, n].
 * @param b - [B, r, c].
 * @returns [B, n, c]
 */
export function productOfTransposed(graph: GraphBuilder, name: string, a: Value, b: Value): Value {
  if (graph.operators === 'contributed') return graph.node('FusedMatMul', name, [a, b], { transA: 1 }, MICROSOFT);
  return graph.node('MatMul', name, [graph.node('Transpose', `${name}.turned`, [a], TURNED), b]);
}

/** Exact GELU of x + bias. */
export function biasGelu(graph: GraphBuilder, name: string, x: Value, bias: Value): Value {
  if (graph.operators === 'contributed') return graph.node('BiasGelu', name, [x, bias], {}, MICROSOFT);
  return graph.node('Gelu', name, [graph.node('Add', `${name}.sum`, [x, bias])]);
}

/** Normalisation over the last axis of rows whose mean is zero: `x / sqrt(mean(x^2) + epsilon) * scale`. */
export function zeroMeanNorm(graph: GraphBuilder, name: string, x: Value, scale: Value, attributes: Attributes): Value {
  // it passes for one of ONNX's, but only onnxruntime has it
  const isOwn = graph.operators === 'contributed';
  return graph.node(isOwn ? 'SimplifiedLayerNormalization' : 'LayerNormalization', name, [x, scale], attributes);
}
