/**
 * The vocabulary of the compiled graphs: what one says about a few prompt tokens, [B, T, C].
 *
 * @module
 */

import { float, type GraphBuilder, type Value } from '../onnx/graph-builder.js';
import type { AttentionWeights, LinearWeights, NormWeights } from './decoder-weights.js';
import { scaledBy } from './weight-algebra.js';

/** x W + b over the last axis. */
export function linear(graph: GraphBuilder, name: string, x: Value, weights: LinearWeights): Value {
  const weight = graph.constant(`${name}.weight`, { dims: [weights.inputs, weights.outputs], data: weights.weight });
  const product = graph.node('MatMul', `${name}.product`, [x, weight]);
  return graph.node('Add', name, [
    product,
    graph.constant(`${name}.bias`, { dims: [weights.outputs], data: weights.bias }),
  ]);
}

/** Linear layers with a ReLU between two. */
export function perceptron(graph: GraphBuilder, name: string, x: Value, layers: readonly LinearWeights[]): Value {
  return layers.reduce((value, layer, i) => {
    const sum = linear(graph, `${name}.${i}`, value, layer);
    return i < layers.length - 1 ? graph.node('Relu', `${name}.${i}.relu`, [sum]) : sum;
  }, x);
}

/** Layer normalisation over the last axis. */
export function layerNorm(graph: GraphBuilder, name: string, x: Value, norm: NormWeights): Value {
  const dims = [norm.scale.length];
  const scale = graph.constant(`${name}.scale`, { dims, data: norm.scale });
  const shift = graph.constant(`${name}.shift`, { dims, data: norm.shift });
  return graph.node('LayerNormalization', name, [x, scale, shift], { axis: -1, epsilon: float(norm.epsilon) });
}

/** [B, T, H d] to [B, H, T, d]. */
export function headsApart(graph: GraphBuilder, name: string, x: Value, heads: number): Value {
  const apart = graph.node('Reshape', `${name}.apart`, [x, graph.integers(0, 0, heads, -1)]);
  return graph.node('Transpose', `${name}.heads`, [apart], { perm: [0, 2, 1, 3] });
}

/** [B, H, T, d] to [B, T, H d]. */
export function headsJoined(graph: GraphBuilder, name: string, x: Value): Value {
  const turned = graph.node('Transpose', `${name}.turned`, [x], { perm: [0, 2, 1, 3] });
  return graph.node('Reshape', `${name}.joined`, [turned, graph.integers(0, 0, -1)]);
}

/** The factor on scores: one over the square root of a head's width. */
export function scoreScale(attention: AttentionWeights): number {
  return 1 / Math.sqrt(attention.query.outputs / attention.heads);
}

/** A linear layer whose outputs are all multiplied by a factor. */
export function scaledLinear(factor: number, weights: LinearWeights): LinearWeights {
  return { ...weights, weight: scaledBy(factor, weights.weight), bias: scaledBy(factor, weights.bias) };
}

/** Attention between the prompt tokens themselves. */
export function selfAttention(
  graph: GraphBuilder,
  name: string,
  attention: AttentionWeights,
  inputs: { query: Value; key: Value; value: Value },
): Value {
  const { heads } = attention;
  const query = linear(graph, `${name}.q`, inputs.query, scaledLinear(scoreScale(attention), attention.query));
  const key = linear(graph, `${name}.k`, inputs.key, attention.key);
  const value = linear(graph, `${name}.v`, inputs.value, attention.value);
  const keyTurned = graph.node(
    'Transpose',
    `${name}.k.turned`,
    [graph.node('Reshape', `${name}.k.apart`, [key, graph.integers(0, 0, heads, -1)])],
    { perm: [0, 2, 3, 1] },
  );
  const scores = graph.node('MatMul', `${name}.scores`, [headsApart(graph, `${name}.q`, query, heads), keyTurned]);
  const weights = graph.node('Softmax', `${name}.weights`, [scores], { axis: -1 });
  const context = graph.node('MatMul', `${name}.context`, [weights, headsApart(graph, `${name}.v`, value, heads)]);
  return linear(graph, name, headsJoined(graph, `${name}.context`, context), attention.out);
}
