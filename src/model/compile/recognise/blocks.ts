/**
 * Linear layers, perceptrons, normalisations and residual sums, by their place in a graph.
 *
 * @module
 */

import { attributeOf, type GraphView } from '../../onnx/graph-view.js';
import type { NodeProto } from '../../onnx/onnx_pb.js';
import type { Tensor } from '../../onnx/tensors.js';
import type { LinearWeights, NormWeights } from '../decoder-weights.js';
import { expect } from './expectation.js';
import { behind, behindPlumbing, constantOperand } from './plumbing.js';

/** Something read from the graph and the tensor that it reads. */
type Read<Weights> = Weights & { readonly input: string };

/** The linear layer that makes `value`: Gemm, or MatMul with a constant whose sum with a constant is `value`. */
export function readLinear(view: GraphView, value: string): Read<LinearWeights> | undefined {
  const node = view.producer(behindPlumbing(view, value));
  if (node?.opType === 'Gemm') return readGemm(view, node);
  if (node?.opType !== 'Add') return undefined;
  for (const [biasInput, productInput] of [node.input, node.input.toReversed()] as [string, string][]) {
    const bias = view.floats(biasInput);
    const product = behind(view, productInput, 'MatMul');
    const weight = product && view.floats(product.input[1]);
    if (!bias || !product || weight?.dims.length !== 2) continue;
    const [inputs, outputs] = weight.dims as [number, number];
    if (bias.data.length !== outputs) continue;
    return { inputs, outputs, weight: weight.data, bias: bias.data, input: product.input[0] };
  }
  return undefined;
}

function readGemm(view: GraphView, node: NodeProto): Read<LinearWeights> | undefined {
  const weight = view.floats(node.input[1]);
  const bias = view.floats(node.input[2] ?? '');
  if (!weight || !bias) return undefined;
  const turned = attributeOf(node, 'transB')?.i === 1n;
  const [rows, columns] = weight.dims as [number, number];
  return {
    inputs: turned ? columns : rows,
    outputs: turned ? rows : columns,
    weight: turned ? transposed(weight) : weight.data,
    bias: bias.data,
    input: node.input[0],
  };
}

/** The linear layers behind `value` with nothing but a ReLU between two, first layer first. */
export function readMlp(view: GraphView, value: string): { layers: LinearWeights[]; input: string } {
  const layers: LinearWeights[] = [];
  let current = value;
  for (;;) {
    const linear = readLinear(view, current);
    expect(linear, 'a linear layer at the end of a multilayer perceptron');
    layers.unshift(linear);
    const activation = behind(view, linear.input, 'Relu');
    if (!activation) return { layers, input: linear.input };
    current = activation.input[0];
  }
}

/** The normalisation over channels that makes `value`: one node, or the operations that older exports wrote for it. */
export function readNorm(view: GraphView, value: string): Read<NormWeights> | undefined {
  const node = view.producer(behindPlumbing(view, value));
  if (node?.opType === 'LayerNormalization') {
    const [scale, shift] = [view.floats(node.input[1]), view.floats(node.input[2] ?? '')];
    if (!scale || !shift) return undefined;
    const epsilon = attributeOf(node, 'epsilon')?.f ?? 1e-5;
    return { scale: scale.data, shift: shift.data, epsilon, input: node.input[0] };
  }
  if (node?.opType !== 'Add') return undefined;
  const [shift, scaled] = constantOperand(view, node) ?? [];
  const product = scaled === undefined ? undefined : behind(view, scaled, 'Mul');
  const [scale, unit] = (product && constantOperand(view, product)) ?? [];
  const quotient = unit === undefined ? undefined : behind(view, unit, 'Div');
  const centred = quotient && behind(view, quotient.input[0], 'Sub');
  const root = quotient && behind(view, quotient.input[1], 'Sqrt');
  const variance = root && behind(view, root.input[0], 'Add');
  const [epsilon] = (variance && constantOperand(view, variance)) ?? [];
  if (!shift || !scale || !centred || epsilon?.data.length !== 1) return undefined;
  return { scale: scale.data, shift: shift.data, epsilon: epsilon.data[0], input: centred.input[0] };
}

/** The two parts of a residual sum: the stream and the branch that `readBranch` recognises. */
export function readResidual<Branch>(
  view: GraphView,
  value: string,
  readBranch: (value: string) => Branch | undefined,
): [stream: string, branch: Branch] | undefined {
  const sum = behind(view, value, 'Add');
  if (!sum) return undefined;
  for (const [stream, side] of [sum.input, sum.input.toReversed()] as [string, string][]) {
    const branch = readBranch(side);
    if (branch) return [behindPlumbing(view, stream), branch];
  }
  return undefined;
}

/** A normalisation over channels among `nodes`, in one piece or as the operations that LayerNorm2d is written with. */
export function readChannelNorm(view: GraphView, nodes: readonly NodeProto[], channels: number): NormWeights {
  const whole = nodes.find((node) => node.opType === 'LayerNormalization');
  if (whole) {
    const norm = readNorm(view, whole.output[0]);
    expect(norm && norm.scale.length === channels, 'a normalisation over the channels between upscaling steps');
    return norm;
  }
  const operand = (operator: string, wanted: (tensor: Tensor) => boolean) => {
    for (const node of nodes) {
      if (node.opType !== operator) continue;
      const [tensor] = constantOperand(view, node) ?? [];
      if (tensor && wanted(tensor)) return tensor;
    }
    return undefined;
  };
  const scale = operand('Mul', (tensor) => tensor.data.length === channels);
  const shift = operand('Add', (tensor) => tensor.data.length === channels);
  const epsilon = operand('Add', (tensor) => tensor.data.length === 1 && tensor.data[0] < 1e-2);
  expect(scale && shift && epsilon, 'a normalisation over the channels between two steps');
  return { scale: scale.data, shift: shift.data, epsilon: epsilon.data[0] };
}

function transposed({ dims, data }: Tensor): Float32Array {
  const [rows, columns] = dims as [number, number];
  const turned = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j];
  return turned;
}
