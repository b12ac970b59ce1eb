/**
 * What can be said of an ONNX file without running it.
 *
 * @module
 */

import { GraphView } from './graph-view.js';
import { type GraphProto, type ModelProto, TensorProto_DataType, type ValueInfoProto } from './onnx_pb.js';

/** An input or output of a graph. */
export interface TensorSignature {
  readonly name: string;
  /** As ONNX calls it, lower case: float, float16, int64, uint8. */
  readonly type: string;
  /** A number, or the name of a free dimension. */
  readonly dims: readonly (number | string)[];
}

/** What a graph does to pixels ahead of its first layer. */
export interface Preprocessing {
  readonly normalises: boolean;
  readonly pads: boolean;
  readonly resizes: boolean;
}

/** A graph from outside. */
export interface GraphSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  readonly opset: number;
  readonly producer: string;
  readonly nodes: number;
  /** Whether weights are 8-bit integers. */
  readonly quantised: boolean;
  /** What happens to the first input. */
  readonly preprocessing: Preprocessing;
}

/** Operators that only move or scale pixels: the walk to the first layer goes through them. */
const BEFORE_LAYERS = new Set(
  'Transpose Unsqueeze Squeeze Cast Reshape Identity Gather Slice Concat Pad Resize Upsample Sub Div Mul Add Clip'.split(
    ' ',
  ),
);
const NORMALISING = new Set(['Sub', 'Div', 'Mul', 'Add']);
const RESIZING = new Set(['Resize', 'Upsample']);

/** The signature of a model. */
export function graphSignatureOf(model: ModelProto & { graph: GraphProto }): GraphSignature {
  const { graph } = model;
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !weights.has(name)).map(tensorSignatureOf);
  return {
    inputs,
    outputs: graph.output.map(tensorSignatureOf),
    opset: Number(model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    nodes: graph.node.length,
    quantised: graph.node.some(({ opType }) => /Integer|QuantizeLinear|^QLinear|MatMulNBits/.test(opType)),
    preprocessing: preprocessingOf(new GraphView(graph), inputs[0]?.name ?? ''),
  };
}

function tensorSignatureOf({ name, type }: ValueInfoProto): TensorSignature {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const dims = tensor?.shape?.dim ?? [];
  return {
    name,
    type: (TensorProto_DataType[tensor?.elemType ?? 0] ?? 'undefined').toLowerCase(),
    dims: dims.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : (value.value ?? '?'))),
  };
}

function preprocessingOf(view: GraphView, input: string): Preprocessing {
  const seen = new Set<string>();
  const names = new Set([input]);
  // a set that grows while it is walked is walked to its end
  for (const name of names) {
    for (const { opType, output } of view.consumers(name)) {
      if (!BEFORE_LAYERS.has(opType)) continue;
      seen.add(opType);
      for (const each of output) names.add(each);
    }
  }
  const does = (operators: ReadonlySet<string>) => [...operators].some((operator) => seen.has(operator));
  return { normalises: does(NORMALISING), pads: seen.has('Pad'), resizes: does(RESIZING) };
}

/** A tensor in words: `input_points float [1, P, N, 2]`. */
export function tensorInWords({ name, type, dims }: TensorSignature): string {
  return `${name} ${type} [${dims.join(', ')}]`;
}
