import { create } from '@bufbuild/protobuf';
import { SamError } from '../../errors.js';
import { GraphView } from './graph-view.js';
import { modelBytes, readModel } from './model-bytes.js';
import { type NodeProto, NodeProtoSchema } from './onnx_pb.js';
import { prunedGraph } from './pruned-graph.js';

/**
 * A decoder for transformers.js without its input `input_boxes`: where the embeddings of points and boxes are joined, only those of
 * points go on. A graph without that input is returned as it is.
 *
 * @throws SamError `bad-model` when that place cannot be found.
 */
export function withoutBoxes(bytes: Uint8Array): Uint8Array {
  const model = readModel(bytes);
  const { graph } = model;
  if (!graph.input.some(({ name }) => name === 'input_boxes')) return bytes;
  const view = new GraphView(graph);
  const followsBoxes = reachableFrom(view, 'input_boxes');
  const followsPoints = reachableFrom(view, 'input_points');
  const isJoint = ({ opType, input }: NodeProto) =>
    opType === 'Concat' &&
    input.some((name) => followsBoxes.has(name)) &&
    input.some((name) => followsPoints.has(name) && !followsBoxes.has(name));
  const joint = view.nearestAhead('input_boxes', isJoint);
  const points = joint?.input.find((name) => followsPoints.has(name) && !followsBoxes.has(name));
  if (!joint || points === undefined) {
    throw new SamError('bad-model', 'Expected a Concat that joins points and boxes behind input_boxes but found none');
  }
  const identity = create(NodeProtoSchema, { opType: 'Identity', input: [points], output: [joint.output[0]] });
  graph.node[graph.node.indexOf(joint)] = identity;
  model.graph = prunedGraph(graph, graph.output);
  return modelBytes(model);
}

/** Every tensor that depends on this one, itself included. */
function reachableFrom(view: GraphView, start: string): ReadonlySet<string> {
  const reached = new Set([start]);
  // a set that grows while it is walked is walked to its end
  for (const name of reached)
    for (const { output } of view.consumers(name)) for (const each of output) reached.add(each);
  return reached;
}
