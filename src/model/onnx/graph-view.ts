/**
 * An ONNX graph as something to walk: who makes a tensor, who reads it, and what is constant.
 *
 * @module
 */

import type { AttributeProto, GraphProto, NodeProto, TensorProto } from './onnx_pb.js';
import { dimsOf, floatsOf, int64sOf, type Tensor } from './tensors.js';

/** Read-only index over one graph. */
export class GraphView {
  readonly graph: GraphProto;
  readonly #producers = new Map<string, NodeProto>();
  readonly #consumers = new Map<string, NodeProto[]>();
  readonly #constants = new Map<string, TensorProto>();

  constructor(graph: GraphProto) {
    this.graph = graph;
    for (const tensor of graph.initializer) this.#constants.set(tensor.name, tensor);
    for (const node of graph.node) {
      for (const output of node.output) this.#producers.set(output, node);
      for (const input of readBy(node)) {
        const readers = this.#consumers.get(input);
        if (readers) readers.push(node);
        else this.#consumers.set(input, [node]);
      }
      const value = node.opType === 'Constant' ? attributeOf(node, 'value')?.t : undefined;
      if (value) this.#constants.set(node.output[0], value);
    }
  }

  /** The node that makes this tensor, or undefined for inputs and weights. */
  producer(value: string): NodeProto | undefined {
    return this.#producers.get(value);
  }

  /** The nodes that read this tensor. */
  consumers(value: string): readonly NodeProto[] {
    return this.#consumers.get(value) ?? [];
  }

  /** Whether this tensor is written in the file. */
  isConstant(value: string): boolean {
    return this.#constants.has(value);
  }

  /** The shape of a constant of any type, or undefined for anything else. */
  constantDims(value: string): number[] | undefined {
    const tensor = this.#constants.get(value);
    return tensor && dimsOf(tensor);
  }

  /** A float32 constant, or undefined for anything else. */
  floats(value: string): Tensor | undefined {
    const tensor = this.#constants.get(value);
    const data = tensor && floatsOf(tensor);
    return data && { dims: dimsOf(tensor), data };
  }

  /** The numbers of an int64 constant, or undefined for anything else. */
  integers(value: string): number[] | undefined {
    const tensor = this.#constants.get(value);
    return tensor && int64sOf(tensor);
  }

  /** The declared shape of a graph input (free dimensions as undefined), or undefined when there is no such input. */
  inputDims(name: string): (number | undefined)[] | undefined {
    const type = this.graph.input.find((input) => input.name === name)?.type?.value;
    if (type?.case !== 'tensorType') return undefined;
    return type.value.shape?.dim.map((dim) => (dim.value.case === 'dimValue' ? Number(dim.value.value) : undefined));
  }

  /**
   * The nearest node at or behind this tensor that satisfies `wanted`, nearest first in steps along the data flow.
   * `through` says which nodes may be walked through; by default all.
   */
  nearestBehind(
    value: string,
    wanted: (node: NodeProto) => boolean,
    through: (node: NodeProto) => boolean = () => true,
  ): NodeProto | undefined {
    return nearest(this.producer(value), wanted, (node) =>
      through(node) ? readBy(node).flatMap((input) => this.producer(input) ?? []) : [],
    );
  }

  /** The nearest node that reads this tensor, directly or through others, and satisfies `wanted`. */
  nearestAhead(value: string, wanted: (node: NodeProto) => boolean): NodeProto | undefined {
    for (const first of this.consumers(value)) {
      const found = nearest(first, wanted, (node) => node.output.flatMap((output) => this.consumers(output)));
      if (found) return found;
    }
    return undefined;
  }
}

/** The attribute of a node with this name. */
export function attributeOf(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name);
}

/** Every tensor that a node reads, those that its inner graphs take from around it included. */
export function readBy(node: NodeProto): string[] {
  const inner = node.attribute.flatMap((attribute) => (attribute.g ? [attribute.g] : attribute.graphs));
  const captured = inner.flatMap((graph) => [
    ...graph.node.flatMap(readBy),
    ...graph.output.map((output) => output.name),
  ]);
  return [...node.input, ...captured].filter((input) => input !== '');
}

function nearest(
  start: NodeProto | undefined,
  wanted: (node: NodeProto) => boolean,
  next: (node: NodeProto) => NodeProto[],
): NodeProto | undefined {
  const seen = new Set<NodeProto>();
  let ring = start ? [start] : [];
  while (ring.length > 0) {
    const hit = ring.find(wanted);
    if (hit) return hit;
    for (const node of ring) seen.add(node);
    ring = [...new Set(ring.flatMap(next))].filter((node) => !seen.has(node));
  }
  return undefined;
}
