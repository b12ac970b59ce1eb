/**
 * Walking through a graph past everything that only moves numbers.
 *
 * @module
 */

import { attributeOf, type GraphView } from '../../onnx/graph-view.js';
import type { NodeProto } from '../../onnx/onnx_pb.js';
import type { Tensor } from '../../onnx/tensors.js';
import { expect } from './expectation.js';

/** Operations that move numbers without changing them. */
export const PLUMBING = new Set([
  'Reshape',
  'Transpose',
  'Unsqueeze',
  'Squeeze',
  'Identity',
  'Flatten',
  'Cast',
  'Dropout',
]);

/** Operations that repeat numbers. */
export const REPEATING = new Set(['Expand', 'Tile']);

/** The tensor that `value` is a rearrangement of. */
export function behindPlumbing(view: GraphView, value: string, alsoThrough?: ReadonlySet<string>): string {
  let current = value;
  for (let node = view.producer(current); node; node = view.producer(current)) {
    if (!PLUMBING.has(node.opType) && !alsoThrough?.has(node.opType)) break;
    current = node.input[0];
  }
  return current;
}

export function behind(view: GraphView, value: string, operator: string): NodeProto | undefined {
  const node = view.producer(behindPlumbing(view, value));
  return node?.opType === operator ? node : undefined;
}

/** The constant and the other operand of a node with two. */
export function constantOperand(view: GraphView, node: NodeProto): [Tensor, string] | undefined {
  const [a, b] = node.input as [string, string];
  const [left, right] = [view.floats(a), view.floats(b)];
  if (left) return [left, b];
  if (right) return [right, a];
  return undefined;
}

/** Every node on the way back from `value` to `end`, without it. */
export function nodesBetween(view: GraphView, value: string, end: NodeProto): NodeProto[] {
  const found: NodeProto[] = [];
  view.nearestBehind(
    value,
    (node) => {
      if (node !== end) found.push(node);
      return false;
    },
    (node) => node !== end,
  );
  return found;
}

export function expectGelu(nodes: readonly NodeProto[]): void {
  const exact = nodes.some(
    (node) => node.opType === 'Erf' || (node.opType === 'Gelu' && !attributeOf(node, 'approximate')?.s.length),
  );
  expect(exact, 'an exact GELU after an upscaling or downscaling step');
}
