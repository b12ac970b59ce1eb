/**
 * The graph that runs once per batch of prompts.
 *
 * @module
 */

import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import type { GraphProto } from '../onnx/onnx_pb.js';
import type { DecoderWeights, LayerWeights } from './decoder-weights.js';
import { centredNorm, centredOutput, centredUpscaling } from './identities/centred-norm.js';
import { coveredTokens } from './identities/covered-tokens.js';
import { imageToTokenOutput, imageToTokenRows, imageToTokenScores } from './identities/image-to-token.js';
import { type LayerTrace, lowRankPays, lowRankUpscaling } from './identities/low-rank-upscaling.js';
import { layer0ImageToToken, layer0TokenToImage, SHARED } from './identities/shared-layer0.js';
import { tokenToImageScores, tokenToImageValues, withOffset } from './identities/token-to-image.js';
import { upscaledMasks, upscalingAsProduct } from './identities/upscaling.js';
import { columnPositions } from './image-graph.js';
import { promptTokens } from './prompt-tokens.js';
import { layerNorm, layerNormWithStatistics, linear, perceptron, selfAttention } from './token-ops.js';
import { repeated, sumOf } from './weight-algebra.js';

/** Inputs of the prompt graph besides prompts and what the image graph gives. */
export const CHOICES = {
  /** int64 [2]: columns and rows of image tokens that the picture covers. */
  covered: 'covered',
  /** int64 [M]: the mask tokens to answer for; 0 is the single-mask token. */
  masks: 'masks',
  /** int64 [M + 1]: the output tokens that takes, 0 for the IoU token and 1 + mask for the others. */
  outputTokens: 'output_tokens',
  /** int64, one a mask token: its place among `output_tokens`, 0 where it is not wanted. */
  places: 'places',
  /** float32 [1]: where no mask of the batch has a predicted IoU above this, there are no logits. */
  predIouThresh: 'pred_iou_thresh',
} as const;

/** Outputs of the prompt graph. */
export const PROMPT_OUTPUTS = { iou: 'iou', logits: 'logits' } as const;

/** Image tokens inside the graph. */
interface ImageTokens {
  /** How the last layer made them; missing when no prompt has touched them. */
  readonly trace?: LayerTrace;
  /** [B, N, C], or [N, C] when no prompt has touched them. */
  readonly tokens: Value;
  /** What is missing from every token because adding it elsewhere costs nothing, [C]. */
  readonly offset?: Float32Array;
}

/**
 * The graph from a batch of prompts, with what the image graph gave, to predicted IoUs [B, M] and logits [B, M, 16 n], or
 * [B, M, 0] when `pred_iou_thresh` rejects every mask.
 *
 * Logits belong to the n image tokens that the picture covers, in column order; within each, to 4 x 4 cells in the order
 * (column of the first upscaling step, row of it, column of the second, row of it).
 *
 * @param lowRank - Whether the first upscaling step goes through {@link lowRankUpscaling}; the image graph must agree.
 */
export function promptGraph(weights: DecoderWeights, lowRank = lowRankPays(weights)): Uint8Array {
  const graph = new GraphBuilder();
  const { width, gridHigh, gridWide, layers } = weights;
  const count = gridHigh * gridWide;
  const first = layers[0];
  const tokens = promptTokens(graph, weights);
  const covered = graph.input(CHOICES.covered, [2], 'int64');
  const masks = graph.input(CHOICES.masks, ['masks'], 'int64');
  const outputTokens = graph.input(CHOICES.outputTokens, ['masks + 1'], 'int64');
  const places = graph.input(CHOICES.places, [weights.hypernetworks.length], 'int64');
  const predIouThresh = graph.input(CHOICES.predIouThresh, [1]);
  const { tokenToImage, imageToToken } = first;
  const shared = {
    image: graph.input(SHARED.image, [count, width]),
    key: graph.input(SHARED.key, [tokenToImage.heads, tokenToImage.key.outputs / tokenToImage.heads, count]),
    value: graph.input(SHARED.value, [tokenToImage.heads, count, tokenToImage.value.outputs / tokenToImage.heads]),
    query: graph.input(SHARED.query, [imageToToken.heads, imageToToken.query.outputs / imageToToken.heads, count]),
  };
  const positions = columnPositions(weights);

  let queries = tokens;
  let image: ImageTokens = { tokens: shared.image };
  let imageWithPositions = '';
  const traces: LayerTrace[] = [];
  layers.forEach((layer, i) => {
    const name = `layer${i}`;
    const attended =
      i === 0 ? firstSelfAttention(graph, layer, tokens) : nextSelfAttention(graph, name, layer, queries, tokens);
    queries = layerNorm(graph, `${name}.norm1`, attended, layer.norm1);
    const asking = graph.node('Add', `${name}.asking`, [queries, tokens]);
    const seen =
      i === 0
        ? layer0TokenToImage(graph, `${name}.t2i`, layer, asking, shared)
        : absorbedTokenToImage(graph, `${name}.t2i`, layer.tokenToImage, asking, image, imageWithPositions);
    queries = layerNorm(graph, `${name}.norm2`, graph.node('Add', `${name}.seen`, [queries, seen]), layer.norm2);
    const thought = perceptron(graph, `${name}.mlp`, queries, layer.mlp);
    queries = layerNorm(graph, `${name}.norm3`, graph.node('Add', `${name}.thought`, [queries, thought]), layer.norm3);
    const telling = graph.node('Add', `${name}.telling`, [queries, tokens]);
    image =
      i === 0
        ? firstImageUpdate(graph, name, layer, telling, queries, shared, count)
        : nextImageUpdate(graph, name, layer, telling, queries, image, imageWithPositions, count);
    traces.push(image.trace!);
    const positionsHere = graph.constant(`${name}.pe`, {
      dims: [count, width],
      data: image.offset ? sumOf(positions, repeated(image.offset, count)) : positions,
    });
    imageWithPositions = graph.node('Add', `${name}.x + pe`, [image.tokens, positionsHere]);
  });

  // only the output tokens that answer need the last attention
  const pickedQueries = graph.node('Gather', 'final.queries', [queries, outputTokens], { axis: 1 });
  const pickedTokens = graph.node('Gather', 'final.tokens', [tokens, outputTokens], { axis: 1 });
  const finalAsking = graph.node('Add', 'final.asking', [pickedQueries, pickedTokens]);
  const finalSeen = absorbedTokenToImage(
    graph,
    'final.t2i',
    weights.finalAttention,
    finalAsking,
    image,
    imageWithPositions,
  );
  const answers = layerNorm(
    graph,
    'final.norm',
    graph.node('Add', 'final.seen', [pickedQueries, finalSeen]),
    weights.finalNorm,
  );
  const iou = predictedIou(graph, weights, answers, masks);
  graph.output(iou, ['prompts', 'masks']);
  // made here, because a graph inside another declares no inputs
  const sharedStep = lowRank ? graph.input(SHARED.upscaled, ['covered', 4 * weights.upscaling1.outputs]) : undefined;
  const firstStep = (branch: GraphBuilder) =>
    sharedStep === undefined
      ? directUpscaling(branch, weights, image, covered)
      : lowRankUpscaling(branch, 'upscaling1', weights, sharedStep, traces, covered);
  const best = graph.node('ReduceMax', 'iou.best', [iou], { keepdims: 0 });
  const wanted = graph.node('Greater', 'iou.any above', [best, predIouThresh]);
  const logits = graph.node('If', PROMPT_OUTPUTS.logits, [wanted], {
    then_branch: masksBranch(weights, firstStep, { answers, places, masks }),
    else_branch: noMasksBranch(iou),
  });
  graph.output(logits, ['prompts', 'masks', 'cells']);
  return graph.model('sam decoder, once per batch of prompts');
}

/** The upscaling and the masks, as a graph inside the prompt graph. */
function masksBranch(
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
function directUpscaling(graph: GraphBuilder, weights: DecoderWeights, image: ImageTokens, covered: Value): Value {
  const step = upscalingAsProduct(centredUpscaling(weights.upscaling1));
  const tokens = coveredTokens(graph, 'covered', image.tokens, covered, weights);
  return linear(graph, 'upscaling1', tokens, withOffset(step, image.offset));
}

/** Logits of no cells, as a graph inside the prompt graph. */
function noMasksBranch(iou: Value): GraphProto {
  const graph = new GraphBuilder('no masks.');
  const column = graph.node('Unsqueeze', 'column', [iou, graph.integers(-1)]);
  const nothing = graph.node('Slice', 'logits', [column, graph.integers(0), graph.integers(0), graph.integers(2)]);
  graph.output(nothing, ['prompts', 'masks', 'cells']);
  return graph.graph('no masks');
}

function firstSelfAttention(graph: GraphBuilder, layer: LayerWeights, tokens: Value): Value {
  return selfAttention(graph, 'layer0.self', layer.selfAttention, { query: tokens, key: tokens, value: tokens });
}

function nextSelfAttention(
  graph: GraphBuilder,
  name: string,
  layer: LayerWeights,
  queries: Value,
  tokens: Value,
): Value {
  const withPositions = graph.node('Add', `${name}.self.asking`, [queries, tokens]);
  const attended = selfAttention(graph, `${name}.self`, layer.selfAttention, {
    query: withPositions,
    key: withPositions,
    value: queries,
  });
  return graph.node('Add', `${name}.attended`, [queries, attended]);
}

function absorbedTokenToImage(
  graph: GraphBuilder,
  name: string,
  attention: LayerWeights['tokenToImage'],
  asking: Value,
  image: ImageTokens,
  imageWithPositions: Value,
): Value {
  const scores = tokenToImageScores(graph, name, attention, asking, imageWithPositions);
  return tokenToImageValues(graph, name, attention, scores, image.tokens, image.offset);
}

function firstImageUpdate(
  graph: GraphBuilder,
  name: string,
  layer: LayerWeights,
  telling: Value,
  queries: Value,
  shared: { image: Value; query: Value },
  count: number,
): ImageTokens {
  const weights = layer0ImageToToken(graph, `${name}.i2t`, layer, telling, shared.query, count);
  const rows = imageToTokenRows(graph, `${name}.i2t`, centredOutput(layer.imageToToken), queries);
  const sum = imageToTokenOutput(graph, `${name}.i2t`, shared.image, weights, rows);
  const [tokens, inverseDeviation] = centredNorm(graph, `${name}.norm4`, sum, layer.norm4);
  return { tokens, offset: layer.norm4.shift, trace: { weights, rows, inverseDeviation } };
}

function nextImageUpdate(
  graph: GraphBuilder,
  name: string,
  layer: LayerWeights,
  telling: Value,
  queries: Value,
  image: ImageTokens,
  imageWithPositions: Value,
  count: number,
): ImageTokens {
  const { out } = layer.imageToToken;
  const weights = imageToTokenScores(graph, `${name}.i2t`, layer.imageToToken, telling, imageWithPositions, count);
  const bias = image.offset ? sumOf(out.bias, image.offset) : out.bias;
  const rows = imageToTokenRows(graph, `${name}.i2t`, layer.imageToToken, queries, bias);
  const sum = imageToTokenOutput(graph, `${name}.i2t`, image.tokens, weights, rows);
  const [tokens, mean, inverseDeviation] = layerNormWithStatistics(graph, `${name}.norm4`, sum, layer.norm4);
  return { tokens, trace: { weights, rows, inverseDeviation, mean, shift: layer.norm4.shift } };
}

/** Predicted IoU of the wanted masks, [B, M]; `answers` hold the IoU token first. */
function predictedIou(graph: GraphBuilder, weights: DecoderWeights, answers: Value, masks: Value): Value {
  const token = graph.node('Gather', 'iou.token', [answers, graph.scalarInteger(0)], { axis: 1 });
  const all = perceptron(graph, 'iou.head', token, weights.iouHead);
  return graph.node('Gather', PROMPT_OUTPUTS.iou, [all, masks], { axis: 1 });
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
