/**
 * Layer normalisation where the mean is known to be zero.
 *
 * Layer 0's image tokens are X0 + bo + A M. Normalisation ignores the mean of a token, so it can be taken out of each part
 * ahead of time: out of X0 + bo once per image, out of M by taking it out of the rows of Wo. What is left to do is a third
 * of the work. The same holds for the upscaling, whose product's columns can be centred in its weights.
 *
 * @module
 */

import { float, type GraphBuilder, type Value } from '../../onnx/graph-builder.js';
import { zeroMeanNorm } from '../contributed-ops.js';
import type { AttentionWeights, NormWeights, UpscalingWeights } from '../decoder-weights.js';
import { centredGroups, columnsOf } from '../weight-algebra.js';

/** The attention with rows v_h Wo_h of mean zero. Its bias is left to {@link residualBiasFolded}. */
export function centredOutput(attention: AttentionWeights): AttentionWeights {
  const { out } = attention;
  return { ...attention, out: { ...out, weight: centredGroups(out.weight, out.outputs) } };
}

/**
 * X0 with the residual bias of layer 0's image->token output folded in ahead of time, each token minus its mean.
 *
 * @param image - X0, [N, C].
 * @param bias - bo, [C].
 */
export function residualBiasFolded(graph: GraphBuilder, name: string, image: Value, bias: Float32Array): Value {
  const sum = graph.node('Add', `${name}.sum`, [
    image,
    graph.constant(`${name}.bias`, { dims: [bias.length], data: bias }),
  ]);
  const mean = graph.node('ReduceMean', `${name}.mean`, [sum, graph.integers(-1)], { keepdims: 1 });
  return graph.node('Sub', name, [sum, mean]);
}

/** The upscaling step whose outputs have mean zero over the channels of every cell. */
export function centredUpscaling(upscaling: UpscalingWeights): UpscalingWeights {
  const { inputs, outputs, kernel } = upscaling;
  const centred = new Float32Array(kernel.length);
  // [inputs, outputs, 4]: the channels of one cell are four apart
  for (let cell = 0; cell < 4; cell++) {
    const ofCell = centredGroups(columnsOf(kernel, 4, cell, 1), outputs);
    for (let i = 0; i < inputs * outputs; i++) centred[4 * i + cell] = ofCell[i];
  }
  return { ...upscaling, kernel: centred, bias: centredGroups(upscaling.bias, outputs) };
}

/**
 * Layer normalisation of rows whose mean is zero, without its shift: `x / sqrt(mean(x^2) + epsilon) * scale`.
 *
 * The shift is a constant of the model; whoever reads the result adds it where that costs nothing.
 */
export function centredNorm(graph: GraphBuilder, name: string, x: Value, norm: NormWeights): Value {
  const scale = graph.constant(`${name}.scale`, { dims: [norm.scale.length], data: norm.scale });
  return zeroMeanNorm(graph, name, x, scale, { axis: -1, epsilon: float(norm.epsilon) });
}
