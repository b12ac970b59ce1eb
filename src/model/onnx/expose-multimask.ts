/**
 * Exports made for one click at a time compute all of SAM's masks and return one. This makes the hidden ones outputs.
 *
 * @module
 */

import { create } from '@bufbuild/protobuf';
import { SamError } from '../../errors.js';
import { GraphView } from './graph-view.js';
import { MASK_TOKEN_IOU, MASK_TOKEN_LOGITS } from './mask-token-outputs.js';
import { modelBytes, readModel } from './model-bytes.js';
import { type GraphProto, type NodeProto, ValueInfoProtoSchema } from './onnx_pb.js';
import { prunedGraph } from './pruned-graph.js';

/**
 * The decoder export in `bytes`, edited to return the low-res logits and predicted IoU of all mask tokens and nothing
 * else: no choice of one mask, no resize to the image, and no input that only those needed.
 *
 * The tensors are found by their place: the first matrix product after the upscaling makes the masks, the last linear
 * layer before the predicted IoU makes the IoUs. Works for single- and multi-mask exports of the official script and for
 * transformers.js (whose outputs have one dimension more: [1, prompts, 4, ...]).
 *
 * @throws {@link SamError} `bad-model` when the bytes are not an ONNX mask decoder.
 */
export function exposeMultimask(bytes: Uint8Array): Uint8Array {
  const model = readModel(bytes);
  const view = new GraphView(model.graph);
  const logits = maskTokenLogits(view);
  const iou = maskTokenIou(view);
  rename(model.graph, logits, MASK_TOKEN_LOGITS);
  rename(model.graph, iou, MASK_TOKEN_IOU);
  // without a type, they are what the graph makes them: floats, or half floats that a Cast would have made floats of
  const outputs = [MASK_TOKEN_LOGITS, MASK_TOKEN_IOU].map((name) => create(ValueInfoProtoSchema, { name }));
  model.graph = prunedGraph(model.graph, outputs);
  return modelBytes(model);
}

/** The name of the tensor with the low-res logits of all mask tokens, rows and columns apart. */
function maskTokenLogits(view: GraphView): string {
  const unflattened = view.nearestAhead(maskProduct(view).output[0], (node) => node.opType === 'Reshape');
  if (!unflattened) throw notADecoder('masks in rows and columns');
  return unflattened.output[0];
}

/** The product of hypernetworks (first operand) and upscaled image (second) that makes the masks. */
export function maskProduct(view: GraphView): NodeProto {
  const output = outputNamed(view, ['low_res_masks', 'pred_masks', 'masks']);
  const upscaling = view.nearestBehind(output, (node) => node.opType === 'ConvTranspose');
  const product = upscaling && view.nearestAhead(upscaling.output[0], (node) => node.opType === 'MatMul');
  if (!product) throw notADecoder('a product of hypernetworks and upscaled image behind its masks');
  return product;
}

/** The name of the tensor with the predicted IoU of all mask tokens. */
export function maskTokenIou(view: GraphView): string {
  const output = outputNamed(view, ['iou_predictions', 'iou_scores']);
  const last = view.nearestBehind(output, (node) => endsLinearLayer(view, node));
  if (!last) throw notADecoder('an IoU head behind its predicted IoU');
  return last.output[0];
}

/** Whether a node is the last of a linear layer: Gemm, or the sum with a bias that follows a product, quantised or not. */
function endsLinearLayer(view: GraphView, node: NodeProto): boolean {
  if (node.opType === 'Gemm') return true;
  if (node.opType !== 'Add') return false;
  return node.input.some((input) => {
    const dims = view.constantDims(input);
    return dims?.length === 1 && dims[0] > 1;
  });
}

function outputNamed(view: GraphView, names: readonly string[]): string {
  const found = names.find((name) => view.graph.output.some((output) => output.name === name));
  if (found === undefined) throw notADecoder(`an output called ${names.join(' or ')}`);
  return found;
}

function notADecoder(missing: string): SamError {
  return new SamError('bad-model', `Expected a SAM mask decoder with ${missing} but received an ONNX graph without`);
}

function rename(graph: GraphProto, from: string, to: string): void {
  for (const node of graph.node) {
    node.input = node.input.map((name) => (name === from ? to : name));
    node.output = node.output.map((name) => (name === from ? to : name));
  }
}
