/**
 * Upscaling without a convolution: a stride-2 kernel-2 transposed convolution has no overlap, so that it is a matrix product
 * [N, C] x [C, 2 * 2 * c] in channels-last order, and LayerNorm2d is a normalisation over the last axis.
 *
 * Cells stay in the order (image token, cell of the first step, cell of the second step), cells in columns; whoever reads the
 * masks puts them in place.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import { biasGelu, productWithTransposed } from '../contributed-ops.js';
import type { LinearWeights, NormWeights, UpscalingWeights } from '../decoder-weights.js';
import { repeated } from '../weight-algebra.js';
import { centredNorm } from './centred-norm.js';

/** A transposed convolution as a linear layer: outputs in the order (column, row, channel). */
export function upscalingAsProduct(upscaling: UpscalingWeights): LinearWeights {
  const { inputs, outputs, kernel, bias } = upscaling;
  const weight = new Float32Array(kernel.length);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 2; column++) {
          const cell = 2 * column + row;
          weight[(i * 4 + cell) * outputs + o] = kernel[((i * outputs + o) * 2 + row) * 2 + column];
        }
      }
    }
  }
  return { inputs, outputs: 4 * outputs, weight, bias: repeated(bias, 4) };
}

/**
 * From the first step's product to the masks: normalise, GELU, second step, GELU, product with the hypernetworks' outputs.
 *
 * @param product - Output of the first step, [B, n, 4 c1], with mean zero over every c1.
 * @param hyper - Outputs of the hypernetworks, [B, M, c2].
 * @returns logits, [B, M, 16 n].
 */
export function upscaledMasks(
  graph: GraphBuilder,
  name: string,
  product: Value,
  norm: NormWeights,
  second: UpscalingWeights,
  hyper: Value,
): Value {
  const c1 = norm.scale.length;
  const c2 = second.outputs;
  const cells = graph.node('Reshape', `${name}.cells1`, [product, graph.integers(0, -1, c1)]);
  const unit = centredNorm(graph, `${name}.norm`, cells, norm);
  const shift = graph.constant(`${name}.norm.shift`, { dims: [c1], data: norm.shift });
  const first = biasGelu(graph, `${name}.gelu1`, unit, shift);
  const linear = upscalingAsProduct(second);
  const weight = graph.constant(`${name}.2.weight`, { dims: [c1, 4 * c2], data: linear.weight });
  const bias = graph.constant(`${name}.2.bias`, { dims: [4 * c2], data: linear.bias });
  const upscaled = graph.node('MatMul', `${name}.2`, [first, weight]);
  const image = biasGelu(graph, `${name}.gelu2`, upscaled, bias);
  const finest = graph.node('Reshape', `${name}.cells2`, [image, graph.integers(0, -1, c2)]);
  return productWithTransposed(graph, name, hyper, finest);
}
