/**
 * Projection weights taken apart by head, for moving a projection from the image tokens to the prompt tokens.
 *
 * @module
 */

import type { Tensor } from '../onnx/tensors.js';
import type { LinearWeights } from './decoder-weights.js';

/** Weight [C, H d] as [H, C, d]: one matrix a head. */
export function weightByHead(weights: LinearWeights, heads: number): Tensor {
  const { inputs, outputs, weight } = weights;
  const d = outputs / heads;
  const data = new Float32Array(weight.length);
  for (let h = 0; h < heads; h++) {
    for (let c = 0; c < inputs; c++) {
      for (let i = 0; i < d; i++) data[(h * inputs + c) * d + i] = weight[c * outputs + h * d + i];
    }
  }
  return { dims: [heads, inputs, d], data };
}

/** Weight [C, H d] as [H, d, C]: one transposed matrix a head. */
export function transposedWeightByHead(weights: LinearWeights, heads: number): Tensor {
  const { inputs, outputs, weight } = weights;
  const d = outputs / heads;
  const data = new Float32Array(weight.length);
  for (let column = 0; column < outputs; column++) {
    for (let c = 0; c < inputs; c++) data[column * inputs + c] = weight[c * outputs + column];
  }
  return { dims: [heads, d, inputs], data };
}

/** Weight [H d, C] as [H, d, C]: the rows that each head's values meet. */
export function rowsByHead(weights: LinearWeights, heads: number): Tensor {
  return { dims: [heads, weights.inputs / heads, weights.outputs], data: weights.weight };
}

/** Bias [H d] as [H, 1, d]. */
export function biasByHead(weights: LinearWeights, heads: number): Tensor {
  return { dims: [heads, 1, weights.outputs / heads], data: weights.bias };
}
