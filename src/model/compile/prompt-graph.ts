/**
 * The graph that runs once per batch of prompts.
 *
 * @module
 */

import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import type { DecoderWeights, LayerWeights } from './decoder-weights.js';
import { centredNorm, centredOutput, centredUpscaling } from './identities/centred-norm.js';
import { imageToTokenOutput, imageToTokenRows, imageToTokenScores } from './identities/image-to-token.js';
import { layer0ImageToToken, layer0TokenToImage, SHARED } from './identities/shared-layer0.js';
import { tokenToImageScores, tokenToImageValues, withOffset } from './identities/token-to-image.js';
import { upscaledMasks, upscalingAsProduct } from './identities/upscaling.js';
import { columnPositions } from './image-graph.js';
import { promptTokens } from './prompt-tokens.js';
import { layerNorm, linear, perceptron, selfAttention } from './token-ops.js';
import { columnsOf, repeated, sumOf } from './weight-algebra.js';

/** Input of the prompt graph: columns and rows of image tokens that the picture covers, [2]. */
export const COVERED = 'covered';
/** Outputs of the prompt graph. */
export const PROMPT_OUTPUTS = { iou: 'iou', logits: 'logits' } as const;

/** Image tokens inside the graph. */
interface ImageTokens {
  /** [B, N, C], or [N, C] when no prompt has touched them. */
  readonly tokens: Value;
  /** What is missing from every token because adding it elsewhere costs nothing, [C]. */
  readonly offset?: Float32Array;
}

/**
 * The graph from a batch of prompts, with what the image graph gave, to predicted IoUs [B, M] and logits [B, M, 16 n].
 *
 * Logits belong to the n image tokens that the picture covers, in column order; within each, to 4 x 4 cells in the order
 * (column of the first upscaling step, row of it, column of the second, row of it).
 *
 * @param masks - The mask tokens to answer for: 0 is the single-mask token.
 */
export function promptGraph(weights: DecoderWeights, masks: readonly number[]): Uint8Array {
  const graph = new GraphBuilder();
  const { width, gridHigh, gridWide, layers } = weights;
  const count = gridHigh * gridWide;
  const first = layers[0];
  const tokens = promptTokens(graph, weights);
  const covered = graph.input(COVERED, [2], 'int64');
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
    const positionsHere = graph.constant(`${name}.pe`, {
      dims: [count, width],
      data: image.offset ? sumOf(positions, repeated(image.offset, count)) : positions,
    });
    imageWithPositions = graph.node('Add', `${name}.x + pe`, [image.tokens, positionsHere]);
  });

  const picked = graph.integers(0, ...masks.map((mask) => mask + 1));
  const pickedQueries = graph.node('Gather', 'final.queries', [queries, picked], { axis: 1 });
  const pickedTokens = graph.node('Gather', 'final.tokens', [tokens, picked], { axis: 1 });
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
  const iou = predictedIou(graph, weights, masks, answers);
  graph.output(iou, ['prompts', masks.length]);
  const hyper = hypernetworks(graph, weights, masks, answers);
  const upscaling1 = upscalingAsProduct(centredUpscaling(weights.upscaling1));
  const product = linear(
    graph,
    'upscaling.1',
    coveredTokens(graph, image.tokens, covered, weights),
    withOffset(upscaling1, image.offset),
  );
  const logits = upscaledMasks(graph, PROMPT_OUTPUTS.logits, product, weights.upscalingNorm, weights.upscaling2, hyper);
  graph.output(logits, ['prompts', masks.length, 'cells']);
  return graph.model('sam decoder, once per batch of prompts');
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
  return { tokens: centredNorm(graph, `${name}.norm4`, sum, layer.norm4), offset: layer.norm4.shift };
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
  return { tokens: layerNorm(graph, `${name}.norm4`, sum, layer.norm4) };
}

/** Predicted IoU of the wanted masks, [B, M]; `answers` hold the IoU token first. */
function predictedIou(graph: GraphBuilder, weights: DecoderWeights, masks: readonly number[], answers: Value): Value {
  const token = graph.node('Gather', 'iou.token', [answers, graph.scalarInteger(0)], { axis: 1 });
  const layers = weights.iouHead.map((layer, i) => {
    if (i < weights.iouHead.length - 1) return layer;
    const weight = new Float32Array(layer.inputs * masks.length);
    const bias = new Float32Array(masks.length);
    masks.forEach((mask, m) => {
      const column = columnsOf(layer.weight, layer.outputs, mask, 1);
      for (let j = 0; j < layer.inputs; j++) weight[j * masks.length + m] = column[j];
      bias[m] = layer.bias[mask];
    });
    return { inputs: layer.inputs, outputs: masks.length, weight, bias };
  });
  return graph.node('Identity', PROMPT_OUTPUTS.iou, [perceptron(graph, 'iou.head', token, layers)]);
}

/** Outputs of the wanted masks' hypernetworks, [B, M, c2]. */
function hypernetworks(graph: GraphBuilder, weights: DecoderWeights, masks: readonly number[], answers: Value): Value {
  const outputs = masks.map((mask, i) => {
    const token = graph.node('Gather', `hyper${mask}.token`, [answers, graph.integers(i + 1)], { axis: 1 });
    return perceptron(graph, `hyper${mask}`, token, weights.hypernetworks[mask]);
  });
  return outputs.length === 1 ? outputs[0] : graph.node('Concat', 'hyper', outputs, { axis: 1 });
}

/** The image tokens that the picture covers, [B, n, C]. */
function coveredTokens(graph: GraphBuilder, tokens: Value, covered: Value, weights: DecoderWeights): Value {
  const { gridWide, gridHigh, width } = weights;
  const grid = graph.node('Reshape', 'covered.grid', [tokens, graph.integers(0, gridWide, gridHigh, width)]);
  const cut = graph.node('Slice', 'covered.cut', [grid, graph.integers(0, 0), covered, graph.integers(1, 2)]);
  return graph.node('Reshape', 'covered.tokens', [cut, graph.integers(0, -1, width)]);
}
