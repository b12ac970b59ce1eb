/**
 * What stands behind the predicted-IoU test in the prompt graph: upscaling and masks, or nothing.
 *
 * @module
 */

import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import type { GraphProto } from '../onnx/onnx_pb.js';
import type { DecoderWeights } from './decoder-weights.js';
import { centredUpscaling } from './identities/centred-norm.js';
import { coveredTokens } from './identities/covered-tokens.js';
import { withOffset } from './identities/token-to-image.js';
import { upscaledMasks, upscalingAsProduct } from './identities/upscaling.js';
import { linear, perceptron } from './token-ops.js';
import type { ImageTokens } from './two-way-transformer.js';

/** The upscaling and the masks, as a graph inside the prompt graph. */
export function masksBranch(
  weights: DecoderWeights,
  firstStep: (graph: GraphBuilder) => Value,
  wanted: { answers: Value; places: Value; masks: Value },
): GraphProto {
  const graph = new GraphBuilder('masks.');
  const hyper = hypernetworks(graph, weights, wanted);
  const product = firstStep(graph);
  const logits = upscaledMasks(graph, 'logits', product, weights.upscalingNorm, weights.upscaling2, hyper);
  graph.output(logits, ['prompts', 'masks', 'cells']);
  return graph.graph('masks');
}

/** The first upscaling step as one product over the covered tokens, [B, n, 4 c]. */
export function directUpscaling(
  graph: GraphBuilder,
  weights: DecoderWeights,
  image: ImageTokens,
  covered: Value,
): Value {
  const step = upscalingAsProduct(centredUpscaling(weights.upscaling1));
  const tokens = coveredTokens(graph, 'covered', image.tokens, covered, weights);
  return linear(graph, 'upscaling1', tokens, withOffset(step, image.offset));
}

/** Logits of no cells, as a graph inside the prompt graph. */
export function noMasksBranch(iou: Value): GraphProto {
  const graph = new GraphBuilder('no masks.');
  const column = graph.node('Unsqueeze', 'column', [iou, graph.integers(-1)]);
  const nothing = graph.node('Slice', 'logits', [column, graph.integers(0), graph.integers(0), graph.integers(2)]);
  graph.output(nothing, ['prompts', 'masks', 'cells']);
  return graph.graph('no masks');
}

/** Outputs of the wanted masks' hypernetworks, [B, M, c2]. */
function hypernetworks(
  graph: GraphBuilder,
  weights: DecoderWeights,
  { answers, places, masks }: { answers: Value; places: Value; masks: Value },
): Value {
  // all run, so that no weight is copied at run time; the output of one without an answer is not picked
  const everywhere = graph.node('Gather', 'hyper.tokens', [answers, places], { axis: 1 });
  const outputs = weights.hypernetworks.map((layers, mask) => {
    const token = graph.node('Gather', `hyper${mask}.token`, [everywhere, graph.integers(mask)], { axis: 1 });
    return perceptron(graph, `hyper${mask}`, token, layers);
  });
  const all = graph.node('Concat', 'hyper.all', outputs, { axis: 1 });
  return graph.node('Gather', 'hyper', [all, masks], { axis: 1 });
}
