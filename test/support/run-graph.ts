import * as ort from 'onnxruntime-node';
import { GraphBuilder, type Value } from '../../src/model/onnx/graph-builder.js';

/** A tensor for a test: numbers and their shape. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Builds a graph over these inputs, runs it once and returns its float outputs by the order `build` gave them. */
export async function runGraph(
  inputs: Readonly<Record<string, Numbers>>,
  build: (graph: GraphBuilder, inputs: Record<string, Value>) => Value | readonly Value[],
): Promise<Float32Array[]> {
  const graph = new GraphBuilder();
  const names = Object.keys(inputs);
  const values = names.map((name) => {
    const type = inputs[name].data instanceof BigInt64Array ? 'int64' : 'float32';
    return [name, graph.input(name, inputs[name].dims, type)] as const;
  });
  const outputs = [build(graph, Object.fromEntries(values))].flat();
  for (const [i, output] of outputs.entries()) graph.output(graph.node('Identity', `result ${i}`, [output]), []);
  const session = await ort.InferenceSession.create(graph.model('test'), {
    graphOptimizationLevel: 'basic',
    // outputs are declared without a shape, which onnxruntime would warn about
    logSeverityLevel: 3,
  });
  const feeds = names.map((name) => {
    const { data, dims } = inputs[name];
    const tensor =
      data instanceof BigInt64Array ? new ort.Tensor('int64', data, dims) : new ort.Tensor('float32', data, dims);
    return [name, tensor] as const;
  });
  const found = await session.run(Object.fromEntries(feeds));
  const results = outputs.map((_, i) => (found[`result ${i}`].data as Float32Array).slice());
  await session.release();
  return results;
}
