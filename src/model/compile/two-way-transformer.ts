/**
 * The two-way transformer over a batch of prompts, in the forms that the identities allow.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import type { DecoderWeights, LayerWeights } from './decoder-weights.js';
import { centredNorm, centredNormWithDeviation, centredOutput } from './identities/centred-norm.js';
import { imageToTokenOutput, imageToTokenRows, imageToTokenScores } from './identities/image-to-token.js';
import type { LayerTrace } from './identities/low-rank-upscaling.js';
import { layer0ImageToToken, layer0TokenToImage } from './identities/shared-layer0.js';
import { tokenToImageScores, tokenToImageValues } from './identities/token-to-image.js';
import { columnPositions } from './image-graph.js';
import { layerNorm, layerNormWithStatistics, perceptron, selfAttention } from './token-ops.js';
import { repeated, sumOf } from './weight-algebra.js';

/** What the image graph gives to all prompts, see {@link sharedLayer0Projections}. */
export interface SharedImage {
  /** X0 with the residual bias folded in, [N, C]. */
  readonly image: Value;
  readonly key: Value;
  readonly value: Value;
  readonly query: Value;
}

/** Image tokens inside the graph. */
export interface ImageTokens {
  /** [B, N, C], or [N, C] when no prompt has touched them. */
  readonly tokens: Value;
  /** What is missing from every token because adding it elsewhere costs nothing, [C]. */
  readonly offset?: Float32Array;
}

/** Image tokens after a layer. */
interface UpdatedTokens extends ImageTokens {
  /** How the layer made them, where that is wanted. */
  readonly trace?: LayerTrace;
}

/** Tokens after the last layer. */
export interface Transformed {
  /** Prompt tokens, [B, T, C]. */
  readonly queries: Value;
  readonly image: ImageTokens;
  /** x + pe, [B, N, C]. */
  readonly imageWithPositions: Value;
  /** What every layer's update of the image left behind, first layer first; nothing unless it is wanted. */
  readonly traces: readonly LayerTrace[];
}

/**
 * All layers, the last attention not included.
 *
 * @param tokens - Prompt tokens, [B, T, C]; they are their own positions.
 * @param wantsTraces - Whether the layers are to leave {@link LayerTrace}s behind.
 */
export function twoWayTransformer(
  graph: GraphBuilder,
  weights: DecoderWeights,
  tokens: Value,
  shared: SharedImage,
  wantsTraces: boolean,
): Transformed {
  const { width, gridHigh, gridWide, layers } = weights;
  const count = gridHigh * gridWide;
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
    const update: ImageUpdate = { name, layer, telling, queries, count, wantsTraces };
    const updated: UpdatedTokens =
      i === 0 ? firstImageUpdate(graph, update, shared) : nextImageUpdate(graph, update, image, imageWithPositions);
    image = updated;
    if (updated.trace) traces.push(updated.trace);
    const positionsHere = graph.constant(`${name}.pe`, {
      dims: [count, width],
      data: image.offset ? sumOf(positions, repeated(image.offset, count)) : positions,
    });
    imageWithPositions = graph.node('Add', `${name}.x + pe`, [image.tokens, positionsHere]);
  });
  return { queries, image, imageWithPositions, traces };
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

/** Attention from prompt tokens to image tokens that a prompt has touched, [B, T, C]. */
export function absorbedTokenToImage(
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

/** What a layer's update of the image tokens needs besides these. */
interface ImageUpdate {
  readonly name: string;
  readonly layer: LayerWeights;
  /** Prompt tokens with their positions, [B, T, C]. */
  readonly telling: Value;
  /** Prompt tokens, [B, T, C]. */
  readonly queries: Value;
  /** Image tokens (N). */
  readonly count: number;
  readonly wantsTraces: boolean;
}

function firstImageUpdate(
  graph: GraphBuilder,
  { name, layer, telling, queries, count, wantsTraces }: ImageUpdate,
  shared: { image: Value; query: Value },
): UpdatedTokens {
  const weights = layer0ImageToToken(graph, `${name}.i2t`, layer, telling, shared.query, count);
  const rows = imageToTokenRows(graph, `${name}.i2t`, centredOutput(layer.imageToToken), queries);
  const sum = imageToTokenOutput(graph, `${name}.i2t`, shared.image, weights, rows);
  const offset = layer.norm4.shift;
  if (!wantsTraces) return { tokens: centredNorm(graph, `${name}.norm4`, sum, layer.norm4), offset };
  const [tokens, inverseDeviation] = centredNormWithDeviation(graph, `${name}.norm4`, sum, layer.norm4);
  return { tokens, offset, trace: { weights, rows, inverseDeviation } };
}

function nextImageUpdate(
  graph: GraphBuilder,
  { name, layer, telling, queries, count, wantsTraces }: ImageUpdate,
  image: ImageTokens,
  imageWithPositions: Value,
): UpdatedTokens {
  const { out } = layer.imageToToken;
  const weights = imageToTokenScores(graph, `${name}.i2t`, layer.imageToToken, telling, imageWithPositions, count);
  const bias = image.offset ? sumOf(out.bias, image.offset) : out.bias;
  const rows = imageToTokenRows(graph, `${name}.i2t`, layer.imageToToken, queries, bias);
  const sum = imageToTokenOutput(graph, `${name}.i2t`, image.tokens, weights, rows);
  if (!wantsTraces) return { tokens: layerNorm(graph, `${name}.norm4`, sum, layer.norm4) };
  const [tokens, mean, inverseDeviation] = layerNormWithStatistics(graph, `${name}.norm4`, sum, layer.norm4);
  return { tokens, trace: { weights, rows, inverseDeviation, mean, shift: layer.norm4.shift } };
}
