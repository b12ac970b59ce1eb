/**
 * A small vocabulary for writing ONNX graphs by hand.
 *
 * Every method returns the name of the tensor it makes, so that a graph reads like the formula it computes.
 *
 * @module
 */

import { create } from '@bufbuild/protobuf';
import { modelBytes } from './model-bytes.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { DATA_TYPE, type ElementType, floatTensor, int64Tensor, type Tensor } from './tensors.js';

/** The name of a tensor in a graph. */
export type Value = string;

/** Attributes of a node: integers are written as INT, other numbers must be wrapped with {@link float}. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string | FloatAttribute | GraphProto>>;

/** A number that is written as FLOAT even when it is whole. */
export interface FloatAttribute {
  readonly float: number;
}

/** Marks a number as a FLOAT attribute. */
export function float(value: number): FloatAttribute {
  return { float: value };
}

/** Where operators that ONNX itself does not have come from: onnxruntime's own. */
export const MICROSOFT = 'com.microsoft';

/** Operators that a graph may use: those of ONNX alone, or those that onnxruntime contributes as well. */
export type OperatorSet = 'standard' | 'contributed';

/** Operator set that built graphs are written in: the first with Gelu. */
const OPSET = 20;
/** File format version that belongs to {@link OPSET}. */
const IR_VERSION = 9;

/** Writes one graph, node by node, in order. */
export class GraphBuilder {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #integers = new Map<string, Value>();
  readonly #names = new Map<string, number>();
  readonly #prefix: string;
  /** What {@link node} may be asked for. */
  readonly operators: OperatorSet;

  /**
   * @param operators - Operators that the graph may use.
   * @param prefix - In front of every name, so that a graph inside another shares none with it.
   */
  constructor(operators: OperatorSet = 'contributed', prefix = '') {
    this.operators = operators;
    this.#prefix = prefix;
  }

  /** Declares an input. A dimension is a number of elements or the name of a free one. */
  input(name: string, dims: readonly (number | string)[], type: ElementType = 'float32'): Value {
    this.#inputs.push(valueInfo(name, dims, type));
    return name;
  }

  /** Declares that `value` leaves the graph under its own name. */
  output(value: Value, dims: readonly (number | string)[], type: ElementType = 'float32'): void {
    this.#outputs.push(valueInfo(value, dims, type));
  }

  /** A float32 constant. */
  constant(name: string, tensor: Tensor): Value {
    const unique = this.#unique(name);
    this.#initializers.push(floatTensor(unique, tensor.dims, tensor.data));
    return unique;
  }

  /** A float32 constant without dimensions. */
  scalar(name: string, value: number): Value {
    return this.constant(name, { dims: [], data: Float32Array.of(value) });
  }

  /** A one-dimensional int64 constant, shared between all who ask for the same numbers. */
  integers(...values: number[]): Value {
    const key = values.join(',');
    let name = this.#integers.get(key);
    if (name === undefined) {
      name = this.#unique(`integers ${key}`);
      this.#initializers.push(int64Tensor(name, [values.length], values));
      this.#integers.set(key, name);
    }
    return name;
  }

  /** An int64 constant without dimensions. */
  scalarInteger(value: number): Value {
    const name = this.#unique(`integer ${value}`);
    this.#initializers.push(int64Tensor(name, [], [value]));
    return name;
  }

  /** Adds a node of operator set ONNX (or `domain`) whose first output is called `name`, and returns that output. */
  node(operator: string, name: string, inputs: readonly Value[], attributes: Attributes = {}, domain = ''): Value {
    return this.nodes(operator, [name], inputs, attributes, domain)[0];
  }

  /** Adds a node with several outputs and returns them. */
  nodes(
    operator: string,
    names: readonly string[],
    inputs: readonly Value[],
    attributes: Attributes = {},
    domain = '',
  ): Value[] {
    const output = names.map((name) => (name === '' ? '' : this.#unique(name)));
    this.#nodes.push(
      create(NodeProtoSchema, {
        name: output.find((each) => each !== '') ?? operator,
        opType: operator,
        domain,
        input: [...inputs],
        output,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
    return output;
  }

  /** The graph as a message, for a node that contains a graph. */
  graph(name: string): GraphProto {
    return create(GraphProtoSchema, {
      name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    });
  }

  /** The graph as the bytes of an ONNX file. */
  model(name: string): Uint8Array {
    return modelBytes(
      create(ModelProtoSchema, {
        irVersion: BigInt(IR_VERSION),
        producerName: 'sam-cli',
        opsetImport: [
          { domain: '', version: BigInt(OPSET) },
          ...(this.operators === 'contributed' ? [{ domain: MICROSOFT, version: 1n }] : []),
        ],
        graph: this.graph(name),
      }),
    );
  }

  #unique(name: string): string {
    const uses = this.#names.get(name) ?? 0;
    this.#names.set(name, uses + 1);
    return uses === 0 ? `${this.#prefix}${name}` : `${this.#prefix}${name} (${uses + 1})`;
  }
}

function valueInfo(name: string, dims: readonly (number | string)[], type: ElementType): ValueInfoProto {
  const dim = dims.map((each) => ({
    value:
      typeof each === 'number'
        ? ({ case: 'dimValue', value: BigInt(each) } as const)
        : ({ case: 'dimParam', value: each } as const),
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: DATA_TYPE[type], shape: { dim } } } },
  });
}

function attribute(name: string, value: Attributes[string]): AttributeProto {
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    const s = new TextEncoder().encode(value);
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s });
  }
  if ('float' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  }
  if ('node' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g: value });
  }
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) });
}
