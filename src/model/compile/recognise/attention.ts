/**
 * Multi-head attention, by its place in a graph.
 *
 * @module
 */

import type { GraphView } from '../../onnx/graph-view.js';
import type { NodeProto } from '../../onnx/onnx_pb.js';
import type { AttentionWeights } from '../decoder-weights.js';
import { readLinear } from './blocks.js';
import { expect } from './expectation.js';
import { behind, behindPlumbing, constantOperand, PLUMBING } from './plumbing.js';

/** An attention and the tensors that its projections read. */
type ReadAttention = AttentionWeights & { readonly from: { query: string; key: string; value: string } };

/** The attention whose output projection makes `value`. */
export function readAttention(view: GraphView, value: string): ReadAttention | undefined {
  const out = readLinear(view, value);
  const weighted = out && behind(view, out.input, 'MatMul');
  const softmax = weighted && behind(view, weighted.input[0], 'Softmax');
  const scores = softmax && behindScaling(view, softmax.input[0]);
  if (!out || !weighted || scores?.opType !== 'MatMul') return undefined;
  const query = readLinear(view, behindScalingValue(view, scores.input[0]));
  const key = readLinear(view, behindScalingValue(view, scores.input[1]));
  const values = readLinear(view, weighted.input[1]);
  if (!query || !key || !values) return undefined;
  const heads = headsOf(view, scores.input[0]);
  expect(
    heads !== undefined && query.outputs % heads === 0,
    'a number of heads that divides the width of an attention',
  );
  return {
    heads,
    query,
    key,
    value: values,
    out,
    from: {
      query: behindPlumbing(view, query.input),
      key: behindPlumbing(view, key.input),
      value: behindPlumbing(view, values.input),
    },
  };
}

function behindScaling(view: GraphView, value: string): NodeProto | undefined {
  return view.producer(behindScalingValue(view, value));
}

/** `value` without rearrangement and without factors, which in SAM are always 1/sqrt(width of a head). */
function behindScalingValue(view: GraphView, value: string): string {
  let current = behindPlumbing(view, value);
  for (let node = view.producer(current); node && ['Mul', 'Div'].includes(node.opType); node = view.producer(current)) {
    const [, other] = constantOperand(view, node) ?? [undefined, node.input[0]];
    current = behindPlumbing(view, other);
  }
  return current;
}

/** Heads of an attention, from the reshape that takes its queries apart. */
function headsOf(view: GraphView, query: string): number | undefined {
  for (let node = view.producer(query); node; node = view.producer(node.input[0])) {
    if (node.opType !== 'Reshape') {
      if (PLUMBING.has(node.opType) || node.opType === 'Mul' || node.opType === 'Div') continue;
      return undefined;
    }
    const shape = shapeEntries(view, node.input[1]);
    if (shape && shape.length >= 4) return shape.at(-2);
  }
  return undefined;
}

/** The entries of a shape tensor, those computed at run time as undefined. */
function shapeEntries(view: GraphView, shape: string): (number | undefined)[] | undefined {
  const known = view.integers(shape);
  if (known) return known;
  const node = view.producer(shape);
  if (node?.opType !== 'Concat') return undefined;
  return node.input.flatMap((input) => view.integers(input) ?? [undefined]);
}
