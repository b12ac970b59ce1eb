/**
 * What comes before the transformer: tokens, positions, labels and the dense embedding.
 *
 * @module
 */

import type { GraphView } from '../../onnx/graph-view.js';
import type { NodeProto } from '../../onnx/onnx_pb.js';
import { elementCount } from '../../onnx/tensors.js';
import type { DownscalingWeights, MaskPromptWeights, NormWeights } from '../decoder-weights.js';
import { readChannelNorm } from './blocks.js';
import { expect } from './expectation.js';
import { behind, behindPlumbing, expectGelu, nodesBetween, PLUMBING, REPEATING } from './plumbing.js';

export function readOutputTokens(view: GraphView, tokens: string): Float32Array {
  const joined = behind(view, tokens, 'Concat');
  const constant = joined && view.floats(behindPlumbing(view, joined.input[0], REPEATING));
  expect(constant, 'constant output tokens in front of the prompt tokens');
  return constant.data;
}

/** The input of the graph that holds prompt points. */
function pointsInput(view: GraphView): string {
  const name = ['point_coords', 'input_points'].find((each) => view.inputDims(each));
  expect(name, 'an input called point_coords or input_points');
  return name;
}

export function readPosition(view: GraphView): { gaussian: Float32Array; inputSize: number } {
  const points = pointsInput(view);
  const projection = view.nearestAhead(points, (node) => {
    const dims = view.constantDims(node.input[1] ?? '');
    return node.opType === 'MatMul' && dims?.length === 2 && dims[0] === 2;
  });
  const gaussian = projection && view.floats(projection.input[1]);
  const division =
    projection &&
    view.nearestBehind(projection.input[0], (node) => {
      const divisor = node.opType === 'Div' ? view.floats(node.input[1]) : undefined;
      return divisor?.data.length === 1;
    });
  const inputSize = division && view.floats(division.input[1])?.data[0];
  expect(gaussian && inputSize, 'points that are divided by the frame and encoded with a random matrix');
  return { gaussian: gaussian.data, inputSize };
}

/** What each label adds, from the comparisons with that label: `embedding * (label == L)` or `where(label == L, ...)`. */
export function readLabelEmbeddings(view: GraphView, width: number): Map<number, Float32Array> {
  const embeddings = new Map<number, Float32Array>();
  const wide = (value: string) => {
    const tensor = view.floats(value);
    return tensor?.data.length === width ? tensor.data : undefined;
  };
  for (const node of view.graph.node) {
    if (node.opType !== 'Equal') continue;
    const label = scalarOperand(view, node);
    if (label === undefined) continue;
    let picker = view.consumers(node.output[0])[0];
    while (picker && PLUMBING.has(picker.opType)) picker = view.consumers(picker.output[0])[0];
    for (const input of picker?.input ?? []) {
      const sum = view.producer(input)?.opType === 'Add' ? view.producer(input) : undefined;
      const embedding = wide(input) ?? sum?.input.map(wide).find((each) => each !== undefined);
      if (embedding && picker?.opType !== 'Not') embeddings.set(label, embedding);
    }
  }
  expect(
    [-1, 0, 1].every((label) => embeddings.has(label)),
    'embeddings of foreground, background and padding points',
  );
  return embeddings;
}

function scalarOperand(view: GraphView, node: NodeProto): number | undefined {
  for (const input of node.input) {
    const numbers = view.floats(input)?.data ?? view.integers(input);
    if (numbers?.length === 1) return numbers[0];
  }
  return undefined;
}

/** What is added to the image embedding before the transformer. */
export function readImageInput(
  view: GraphView,
  image: string,
  width: number,
): { noMask: Float32Array; maskPrompt?: MaskPromptWeights } {
  // transformers.js repeats the sum for every prompt
  const sum = view.nearestBehind(image, (node) => node.opType === 'Add');
  expect(sum, 'a dense embedding that is added to the image embedding');
  const isImage = (value: string) => behindPlumbing(view, value, REPEATING) === 'image_embeddings';
  const dense = isImage(sum.input[0]) ? sum.input[1] : sum.input[0];
  expect(isImage(sum.input[0]) || isImage(sum.input[1]), 'an input called image_embeddings');
  const convolution = view.nearestBehind(dense, (node) => node.opType === 'Conv');
  const noMask = noMaskEmbedding(view, dense, width, convolution);
  expect(noMask, 'a dense embedding for prompts without a mask');
  return convolution ? { noMask, maskPrompt: readMaskPrompt(view, convolution) } : { noMask };
}

function noMaskEmbedding(
  view: GraphView,
  dense: string,
  width: number,
  convolution: NodeProto | undefined,
): Float32Array | undefined {
  const constant = (value: string) => {
    const dims = view.constantDims(value);
    return dims && dims.length === 4 && elementCount(dims) === width ? view.floats(value)?.data : undefined;
  };
  const direct = constant(behindPlumbing(view, dense, REPEATING));
  if (direct) return direct;
  const holder = view.nearestBehind(
    dense,
    (node) => node !== convolution && node.input.some((input) => constant(input)),
    (node) => node !== convolution,
  );
  return holder?.input.map(constant).find((each) => each !== undefined);
}

function readMaskPrompt(view: GraphView, last: NodeProto): MaskPromptWeights {
  const convolutions: DownscalingWeights[] = [];
  const norms: NormWeights[] = [];
  let node: NodeProto | undefined = last;
  while (node) {
    const kernel = view.floats(node.input[1]);
    const bias = view.floats(node.input[2] ?? '');
    expect(kernel && bias, 'convolutions with a bias behind the mask prompt');
    const [outputs, , side] = kernel.dims as [number, number, number];
    convolutions.unshift({ outputs, side, kernel: kernel.data, bias: bias.data });
    const before: NodeProto | undefined = view.nearestBehind(node.input[0], (each) => each.opType === 'Conv');
    if (before) {
      const between = nodesBetween(view, node.input[0], before);
      expectGelu(between);
      const channels = view.constantDims(before.input[1])?.[0];
      expect(channels, 'convolutions of constants behind the mask prompt');
      norms.unshift(readChannelNorm(view, between, channels));
    }
    node = before;
  }
  return { convolutions, norms };
}
