import { create } from '@bufbuild/protobuf';
import { readBy } from './graph-view.js';
import { type GraphProto, GraphProtoSchema, type ValueInfoProto } from './onnx_pb.js';

/** The part of a graph that `outputs` need: no node, weight or input that does not lead to them. */
export function prunedGraph(graph: GraphProto, outputs: readonly ValueInfoProto[]): GraphProto {
  const needed = new Set(outputs.map((output) => output.name));
  // nodes are stored in topological order, so one walk from the end sees every reader before what it reads
  const node = graph.node
    .toReversed()
    .filter((each) => {
      if (!each.output.some((output) => needed.has(output))) return false;
      for (const input of readBy(each)) needed.add(input);
      return true;
    })
    .reverse();
  return create(GraphProtoSchema, {
    name: graph.name,
    node,
    initializer: graph.initializer.filter((tensor) => needed.has(tensor.name)),
    input: graph.input.filter((input) => needed.has(input.name)),
    output: [...outputs],
  });
}
