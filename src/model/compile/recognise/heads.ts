/**
 * What follows the transformer: hypernetworks and upscaling.
 *
 * @module
 */

import { attributeOf, type GraphView } from '../../onnx/graph-view.js';
import type { NodeProto } from '../../onnx/onnx_pb.js';
import type { LinearWeights, UpscalingWeights } from '../decoder-weights.js';
import { readChannelNorm, readMlp } from './blocks.js';
import { expect } from './expectation.js';
import { expectGelu, nodesBetween } from './plumbing.js';

export function readHypernetworks(view: GraphView, value: string): { layers: LinearWeights[]; input: string }[] {
  const stack = view.nearestBehind(value, (node) => node.opType === 'Concat');
  expect(stack && stack.input.length > 1, 'the outputs of several hypernetworks side by side');
  return stack.input.map((input) => readMlp(view, input));
}

/** Both upscaling steps and the tensor that the first reads. */
export function readUpscaling(view: GraphView, value: string) {
  const second = view.nearestBehind(value, (node) => node.opType === 'ConvTranspose');
  const first = second && view.nearestBehind(second.input[0], (node) => node.opType === 'ConvTranspose');
  expect(first && second, 'two transposed convolutions');
  const between = nodesBetween(view, second.input[0], first);
  expectGelu(between);
  expectGelu(nodesBetween(view, value, second));
  const firstWeights = readUpscalingStep(view, first);
  const norm = readChannelNorm(view, between, firstWeights.outputs);
  return { first: firstWeights, norm, second: readUpscalingStep(view, second), input: first.input[0] };
}

function readUpscalingStep(view: GraphView, node: NodeProto): UpscalingWeights {
  const kernel = view.floats(node.input[1]);
  const bias = view.floats(node.input[2] ?? '');
  const strides = attributeOf(node, 'strides')?.ints.map(Number);
  expect(
    kernel && bias && kernel.dims[2] === 2 && kernel.dims[3] === 2 && strides?.every((stride) => stride === 2),
    'transposed convolutions of kernel 2 and stride 2 with a bias',
  );
  const [inputs, outputs] = kernel.dims as [number, number];
  return { inputs, outputs, kernel: kernel.data, bias: bias.data };
}
