/**
 * The graph that runs once per batch of prompts.
 *
 * @module
 */

import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { CHOICES, PROMPT_OUTPUTS } from './compiled-form.js';
import type { DecoderWeights } from './decoder-weights.js';
import { lowRankTransformer } from './low-rank/low-rank-transformer.js';
import { maskLogits, masksBranch, noMasksBranch, type WantedMasks } from './masks-branch.js';
import { promptTokens } from './prompt-tokens.js';
import { type DecoderPlan, readingInput } from './shared-image.js';
import { layerNorm, perceptron } from './token-ops.js';
import { twoWayTransformer } from './two-way-transformer.js';

/**
 * The graph from a batch of prompts, with what the image graph gave, to predicted IoUs [B, M] and logits [B, M, 16 n], or
 * [B, M, 0] when `pred_iou_thresh` rejects every mask.
 *
 * Logits belong to the n image tokens that the image covers, in column order; within each, to 4 x 4 cells in the order
 * (column of the first upscaling step, row of it, column of the second, row of it).
 *
 * @param skipsRejected - Whether the upscaling is skipped where `pred_iou_thresh` rejects every mask: what a batch of many prompts never sees.
 */
export function promptGraph(plan: DecoderPlan, skipsRejected: boolean): Uint8Array {
  const { weights, operators, maps } = plan;
  const graph = new GraphBuilder(operators);
  const tokens = promptTokens(graph, weights);
  const covered = graph.input(CHOICES.covered, [2], 'int64');
  const masks = graph.input(CHOICES.masks, ['masks'], 'int64');
  const outputTokens = graph.input(CHOICES.outputTokens, ['masks + 1'], 'int64');
  const places = graph.input(CHOICES.places, [weights.hypernetworks.length], 'int64');
  const predIouThresh = skipsRejected ? graph.input(CHOICES.predIouThresh, [1]) : undefined;
  for (const reading of plan.readings) readingInput(graph, reading, weights);
  const { queries, attended, firstStep } = maps
    ? lowRankTransformer({ graph, weights, maps }, tokens, covered)
    : twoWayTransformer(graph, weights, tokens, covered);

  // only the output tokens that answer need the last attention
  const pickedQueries = graph.node('Gather', 'final.queries', [queries, outputTokens], { axis: 1 });
  const pickedTokens = graph.node('Gather', 'final.tokens', [tokens, outputTokens], { axis: 1 });
  const finalAsking = graph.node('Add', 'final.asking', [pickedQueries, pickedTokens]);
  const finalSeen = attended('final.t2i', weights.finalAttention, finalAsking);
  const answers = layerNorm(
    graph,
    'final.norm',
    graph.node('Add', 'final.seen', [pickedQueries, finalSeen]),
    weights.finalNorm,
  );
  const iou = predictedIou(graph, weights, answers, masks);
  graph.output(iou, ['prompts', 'masks']);
  const wanted: WantedMasks = { firstStep, answers, places, masks };
  const logits = predIouThresh
    ? logitsUnlessRejected(graph, weights, iou, predIouThresh, wanted)
    : maskLogits(graph, PROMPT_OUTPUTS.logits, weights, wanted);
  graph.output(logits, ['prompts', 'masks', 'cells']);
  return graph.model('sam decoder, once per batch of prompts');
}

/** Logits [B, M, 16 n], or [B, M, 0] where no predicted IoU is above the threshold. */
function logitsUnlessRejected(
  graph: GraphBuilder,
  weights: DecoderWeights,
  iou: Value,
  predIouThresh: Value,
  wanted: WantedMasks,
): Value {
  const best = graph.node('ReduceMax', 'iou.best', [iou], { keepdims: 0 });
  const anyAbove = graph.node('Greater', 'iou.any above', [best, predIouThresh]);
  return graph.node('If', PROMPT_OUTPUTS.logits, [anyAbove], {
    then_branch: masksBranch(graph.operators, weights, wanted),
    else_branch: noMasksBranch(graph.operators, iou),
  });
}

/** Predicted IoU of the wanted masks, [B, M]; `answers` hold the IoU token first. */
function predictedIou(graph: GraphBuilder, weights: DecoderWeights, answers: Value, masks: Value): Value {
  const token = graph.node('Gather', 'iou.token', [answers, graph.scalarInteger(0)], { axis: 1 });
  const all = perceptron(graph, 'iou.head', token, weights.iouHead);
  return graph.node('Gather', PROMPT_OUTPUTS.iou, [all, masks], { axis: 1 });
}
