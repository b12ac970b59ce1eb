/**
 * The two-way transformer over a batch of prompts.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import type { AttentionWeights, DecoderWeights, LayerWeights } from './decoder-weights.js';
import { directUpscaling } from './direct-upscaling.js';
import { centredNorm, centredOutput } from './identities/centred-norm.js';
import { imageToTokenOutput, imageToTokenRows, imageToTokenScores } from './identities/image-to-token.js';
import { layer0ImageToToken, layer0TokenToImage } from './identities/shared-layer0.js';
import { type ImageTokens, tokenToImageScores, tokenToImageValues } from './identities/token-to-image.js';
import { columnPositions, SHARED } from './shared-image.js';
import { layerNorm, perceptron, selfAttention } from './token-ops.js';
import { repeated, sumOf } from './weight-algebra.js';

/** Prompts after the last layer, and what can still be asked about the image. */
export interface TransformedPrompts {
  /** Prompt tokens, [B, T, C]. */
  readonly queries: Value;
  /** An attention from tokens, [B, t, C], to the image tokens. */
  readonly attended: (name: string, attention: AttentionWeights, asking: Value) => Value;
  /** The first upscaling step of the covered image tokens, in one or several chunks of them, [B, n, 4 c] each. */
  readonly firstStep: (graph: GraphBuilder) => readonly Value[];
}

/** Image tokens after a layer, and x + pe, [B, N, C]. */
interface UpdatedTokens extends ImageTokens {
  readonly withPositions: Value;
}

/** How the prompt tokens of a layer meet the image. */
interface ImageSide {
  /** Attention from prompt tokens with their positions to the image, [B, T, C]. */
  readonly seenBy: (asking: Value, layer: LayerWeights, i: number) => Value;
  /** The layer's update of the image by prompt tokens with and without their positions. */
  readonly update: (telling: Value, queries: Value, layer: LayerWeights, i: number) => void;
}

/**
 * All layers, the last attention not included.
 *
 * @param tokens - Prompt tokens, [B, T, C]; they are their own positions.
 * @returns the prompt tokens after them, [B, T, C]
 */
export function throughLayers(
  graph: GraphBuilder,
  weights: DecoderWeights,
  tokens: Value,
  { seenBy, update }: ImageSide,
): Value {
  return weights.layers.reduce((before, layer, i) => {
    const name = `layer${i}`;
    const attended =
      i === 0 ? firstSelfAttention(graph, layer, tokens) : nextSelfAttention(graph, name, layer, before, tokens);
    let queries = layerNorm(graph, `${name}.norm1`, attended, layer.norm1);
    const seen = seenBy(graph.node('Add', `${name}.asking`, [queries, tokens]), layer, i);
    queries = layerNorm(graph, `${name}.norm2`, graph.node('Add', `${name}.seen`, [queries, seen]), layer.norm2);
    const thought = perceptron(graph, `${name}.mlp`, queries, layer.mlp);
    queries = layerNorm(graph, `${name}.norm3`, graph.node('Add', `${name}.thought`, [queries, thought]), layer.norm3);
    update(graph.node('Add', `${name}.telling`, [queries, tokens]), queries, layer, i);
    return queries;
  }, tokens);
}

/**
 * The transformer with image tokens of every prompt's own.
 *
 * @param tokens - Prompt tokens, [B, T, C]; they are their own positions.
 * @param covered - int64 [2]: columns and rows of image tokens that hold image.
 */
export function twoWayTransformer(
  graph: GraphBuilder,
  weights: DecoderWeights,
  tokens: Value,
  covered: Value,
): TransformedPrompts {
  const count = weights.gridHigh * weights.gridWide;
  const untouched = graph.input(SHARED.image, [count, weights.width]);
  let image: UpdatedTokens | undefined;
  const attended = (name: string, attention: AttentionWeights, asking: Value) => {
    if (!image) throw new Error('Expected at least one layer but received none');
    return absorbedTokenToImage(graph, name, attention, asking, image);
  };
  const queries = throughLayers(graph, weights, tokens, {
    seenBy: (asking, layer, i) =>
      i === 0
        ? layer0TokenToImage(graph, 'layer0.t2i', layer, asking, { key: SHARED.key(0), value: SHARED.value(0) })
        : attended(`layer${i}.t2i`, layer.tokenToImage, asking),
    update: (telling, queries, layer, i) => {
      const update: ImageUpdate = { name: `layer${i}`, layer, telling, queries, count };
      const updated = image ? nextImageUpdate(graph, update, image) : firstImageUpdate(graph, update, untouched);
      image = { ...updated, withPositions: withPositions(graph, `layer${i}`, weights, updated) };
    },
  });
  return {
    queries,
    attended,
    firstStep: (branch) => (image ? [directUpscaling(branch, weights, image, covered)] : []),
  };
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
function absorbedTokenToImage(
  graph: GraphBuilder,
  name: string,
  attention: AttentionWeights,
  asking: Value,
  image: UpdatedTokens,
): Value {
  const scores = tokenToImageScores(graph, name, attention, asking, image.withPositions);
  return tokenToImageValues(graph, name, attention, scores, image.tokens, image.offset);
}

/** x + pe, [B, N, C]. */
function withPositions(graph: GraphBuilder, name: string, weights: DecoderWeights, image: ImageTokens): Value {
  const { gridHigh, gridWide, width } = weights;
  const count = gridHigh * gridWide;
  const positions = columnPositions(weights);
  const data = image.offset ? sumOf(positions, repeated(image.offset, count)) : positions;
  return graph.node('Add', `${name}.x + pe`, [
    image.tokens,
    graph.constant(`${name}.pe`, { dims: [count, width], data }),
  ]);
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
}

/** @param image - F, [N, C]. */
function firstImageUpdate(
  graph: GraphBuilder,
  { name, layer, telling, queries, count }: ImageUpdate,
  image: Value,
): ImageTokens {
  const weights = layer0ImageToToken(graph, `${name}.i2t`, layer, telling, SHARED.query(0), count);
  const rows = imageToTokenRows(graph, `${name}.i2t`, centredOutput(layer.imageToToken), queries);
  const sum = imageToTokenOutput(graph, `${name}.i2t`, image, weights, rows);
  return { tokens: centredNorm(graph, `${name}.norm4`, sum, layer.norm4), offset: layer.norm4.shift };
}

function nextImageUpdate(
  graph: GraphBuilder,
  { name, layer, telling, queries, count }: ImageUpdate,
  image: UpdatedTokens,
): ImageTokens {
  const { out } = layer.imageToToken;
  const weights = imageToTokenScores(graph, `${name}.i2t`, layer.imageToToken, telling, image.withPositions, count);
  const bias = image.offset ? sumOf(out.bias, image.offset) : out.bias;
  const rows = imageToTokenRows(graph, `${name}.i2t`, layer.imageToToken, queries, bias);
  const sum = imageToTokenOutput(graph, `${name}.i2t`, image.tokens, weights, rows);
  return { tokens: layerNorm(graph, `${name}.norm4`, sum, layer.norm4) };
}
