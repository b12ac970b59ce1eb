/**
 * The upscaling and the masks, which stand behind the predicted-IoU test in a prompt graph that has one.
 *
 * @module
 */

import { GraphBuilder, type OperatorSet, type Value } from '../onnx/graph-builder.js';
import type { GraphProto } from '../onnx/onnx_pb.js';
import type { DecoderWeights } from './decoder-weights.js';
import { upscaledMasks } from './identities/upscaling.js';
import { perceptron } from './token-ops.js';
import type { TransformedPrompts } from './two-way-transformer.js';

/** How the first upscaling step is made, and the answers, by name, that its masks are for. */
export interface WantedMasks {
  readonly firstStep: TransformedPrompts['firstStep'];
  readonly answers: Value;
  readonly places: Value;
  readonly masks: Value;
}

/** The upscaling and the masks: logits, [B, M, 16 n]. */
export function maskLogits(graph: GraphBuilder, name: string, weights: DecoderWeights, wanted: WantedMasks): Value {
  const hyper = hypernetworks(graph, weights, wanted);
  const logits = wanted
    .firstStep(graph)
    .map((product, i) =>
      upscaledMasks(graph, `${name}.${i}`, product, weights.upscalingNorm, weights.upscaling2, hyper),
    );
  return graph.node('Concat', name, logits, { axis: 2 });
}

/** {@link maskLogits} as a graph inside the prompt graph. */
export function masksBranch(operators: OperatorSet, weights: DecoderWeights, wanted: WantedMasks): GraphProto {
  const graph = new GraphBuilder(operators, 'masks.');
  graph.output(maskLogits(graph, 'logits', weights, wanted), ['prompts', 'masks', 'cells']);
  return graph.graph('masks');
}

/** Logits of no cells, as a graph inside the prompt graph. */
export function noMasksBranch(operators: OperatorSet, iou: Value): GraphProto {
  const graph = new GraphBuilder(operators, 'no masks.');
  const column = graph.node('Unsqueeze', 'column', [iou, graph.integers(-1)]);
  const nothing = graph.node('Slice', 'logits', [column, graph.integers(0), graph.integers(0), graph.integers(2)]);
  graph.output(nothing, ['prompts', 'masks', 'cells']);
  return graph.graph('no masks');
}

/** Outputs of the wanted masks' hypernetworks, [B, M, c2]. */
function hypernetworks(graph: GraphBuilder, weights: DecoderWeights, { answers, places, masks }: WantedMasks): Value {
  // all run, so that no weight is copied at run time; the output of one without an answer is not picked
  const everywhere = graph.node('Gather', 'hyper.tokens', [answers, places], { axis: 1 });
  const outputs = weights.hypernetworks.map((layers, mask) => {
    const token = graph.node('Gather', `hyper${mask}.token`, [everywhere, graph.integers(mask)], { axis: 1 });
    return perceptron(graph, `hyper${mask}`, token, layers);
  });
  const all = graph.node('Concat', 'hyper.all', outputs, { axis: 1 });
  return graph.node('Gather', 'hyper', [all, masks], { axis: 1 });
}
