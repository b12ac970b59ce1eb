import type { Value } from '../../onnx/graph-builder.js';
import type { AttentionWeights, DecoderWeights, LayerWeights, LinearWeights } from '../decoder-weights.js';
import { biasByHead } from '../head-weights.js';
import { softmaxOverTokens } from '../identities/image-to-token.js';
import { layer0ImageToToken, layer0TokenToImage } from '../identities/shared-layer0.js';
import { withOffset } from '../identities/token-to-image.js';
import { columnPositions, SHARED } from '../shared-image.js';
import { headsApart, headsJoined, linear, scaledLinear, scoreScale } from '../token-ops.js';
import { type TransformedPrompts, throughLayers } from '../two-way-transformer.js';
import { transposed } from '../weight-algebra.js';
import {
  inverseDeviation,
  type LayerUpdate,
  type NormalisedUpdate,
  pairsOf,
  productsWithImage,
  sumsOverImage,
} from './image-terms.js';
import type { LowRank } from './layer-maps.js';
import { lowRankUpscaling, upscaledInputs } from './low-rank-upscaling.js';

/** With the positional encoding, [C, N]. */
interface LowRankPrompt extends LowRank {
  readonly positions: Value;
}

/**
 * The two-way transformer for one prompt, with image tokens as sums of terms (see `LayerMaps`).
 *
 * @param tokens - Prompt tokens, [1, T, C]; they are their own positions.
 * @param covered - int64 [2]: columns and rows of image tokens that hold image.
 */
export function lowRankTransformer(lowRank: LowRank, tokens: Value, covered: Value): TransformedPrompts {
  const { graph, weights } = lowRank;
  const count = weights.gridHigh * weights.gridWide;
  const data = transposed(columnPositions(weights), count, weights.width);
  const at: LowRankPrompt = { ...lowRank, positions: graph.constant('pe', { dims: [weights.width, count], data }) };
  for (const layer of weights.layers.keys()) graph.input(SHARED.squares(layer), [1, count]);
  const upscaled = upscaledInputs(graph, weights);
  const updates: NormalisedUpdate[] = [];
  const queries = throughLayers(graph, weights, tokens, {
    seenBy: (asking, layer, i) =>
      i === 0
        ? layer0TokenToImage(graph, 'layer0.t2i', layer, asking, { key: SHARED.key(0), value: SHARED.value(0) })
        : tokenToImage(at, `layer${i}.t2i`, layer.tokenToImage, asking, updates),
    update: (telling, queries, layer, i) => {
      const update = layerUpdate(at, layer, i, { telling, queries }, updates);
      updates.push({ ...update, inverseDeviation: inverseDeviation(at, `layer${i}.normal`, update, updates) });
    },
  });
  return {
    queries,
    attended: (name, attention, asking) => tokenToImage(at, name, attention, asking, updates),
    firstStep: (branch) => lowRankUpscaling({ ...at, graph: branch }, upscaled, updates, covered),
  };
}

function layerUpdate(
  at: LowRankPrompt,
  layer: LayerWeights,
  i: number,
  { telling, queries }: { telling: Value; queries: Value },
  updates: readonly NormalisedUpdate[],
): LayerUpdate {
  const { graph, weights, maps } = at;
  const name = `layer${i}.i2t`;
  const count = weights.gridHigh * weights.gridWide;
  const all =
    i === 0
      ? layer0ImageToToken(graph, name, layer, telling, SHARED.query(0), count)
      : imageToToken(at, name, layer.imageToToken, telling, updates);
  const value = linear(graph, `${name}.v`, queries, maps.value(i));
  return {
    layer: i,
    weights: graph.node('Squeeze', `${name}.a`, [all, graph.integers(0)]),
    values: headsApart(graph, `${name}.v`, value, layer.imageToToken.heads),
  };
}

/** Attention from prompt tokens to image tokens that layers have updated, [1, T, C]. */
function tokenToImage(
  at: LowRankPrompt,
  name: string,
  attention: AttentionWeights,
  asking: Value,
  updates: readonly NormalisedUpdate[],
): Value {
  const { graph, weights, maps } = at;
  const { heads, key } = attention;
  const layer = updates.length;
  const query = linear(graph, `${name}.q`, asking, scaledLinear(scoreScale(attention), attention.query));
  const left = headsApart(graph, `${name}.q`, query, heads);
  const scores = scoresOf(at, `${name}.scores`, left, { heads, image: SHARED.key(layer), reader: key }, updates);
  const shares = graph.node('Softmax', `${name}.weights`, [scores], { axis: -1 });
  // rows of softmax sum to 1, so that the shift and the bias apply afterwards
  const value = withOffset(attention.value, shiftBefore(weights, layer));
  const matrixOf = ({ layer: term }: LayerUpdate) => maps.reading(layer, term, value);
  const sums = sumsOverImage(at, `${name}.sums`, shares, { heads, image: SHARED.value(layer), matrixOf }, updates);
  const bias = graph.constant(`${name}.v.bias`, biasByHead(value, heads));
  const context = graph.node('Add', `${name}.context`, [sums, bias]);
  return linear(graph, name, headsJoined(graph, `${name}.context`, context), attention.out);
}

/** Weights of the attention from image tokens that layers have updated to prompt tokens, [1, H T, N]. */
function imageToToken(
  at: LowRankPrompt,
  name: string,
  attention: AttentionWeights,
  telling: Value,
  updates: readonly NormalisedUpdate[],
): Value {
  const { graph, weights } = at;
  const { heads, query } = attention;
  const layer = updates.length;
  const key = linear(graph, `${name}.k`, telling, scaledLinear(scoreScale(attention), attention.key));
  const left = headsApart(graph, `${name}.k`, key, heads);
  // softmax runs over tokens, so that what is the same for all image tokens counts
  const shifted = withOffset(query, shiftBefore(weights, layer));
  const against = { heads, image: SHARED.query(layer), reader: shifted };
  const products = scoresOf(at, `${name}.products`, left, against, updates);
  const count = weights.gridHigh * weights.gridWide;
  const scores = graph.node('Reshape', `${name}.scores`, [products, graph.integers(1, heads, -1, count)]);
  return softmaxOverTokens(graph, name, scores, count);
}

/** Products of tokens, [1, H, T, d], with x + pe through a projection of it, its bias included, [H T, N]. */
function scoresOf(
  at: LowRankPrompt,
  name: string,
  left: Value,
  { heads, image, reader }: { heads: number; image: Value; reader: LinearWeights },
  updates: readonly NormalisedUpdate[],
): Value {
  const { graph, maps } = at;
  const layer = updates.length;
  const matrixOf = ({ layer: term }: LayerUpdate) => maps.reading(layer, term, reader);
  const products = productsWithImage(at, name, left, { heads, image, matrixOf }, updates);
  const seen = positionsSeen(at, `${name}.positions`, reader, heads);
  const added = pairsOf(graph, `${name}.added`, graph.node('MatMul', `${name}.added.heads`, [left, seen]));
  return graph.node('Add', name, [products, added]);
}

/** The positional encoding through a projection, its bias included, [H, d, N]: constants, which onnxruntime multiplies when it loads them. */
function positionsSeen(
  { graph, weights, positions }: LowRankPrompt,
  name: string,
  { inputs, outputs, weight, bias }: LinearWeights,
  heads: number,
): Value {
  const turned = graph.constant(`${name}.weight`, {
    dims: [outputs, inputs],
    data: transposed(weight, inputs, outputs),
  });
  const product = graph.node('MatMul', `${name}.product`, [turned, positions]);
  const sum = graph.node('Add', `${name}.sum`, [
    product,
    graph.constant(`${name}.bias`, { dims: [outputs, 1], data: bias }),
  ]);
  return graph.node('Reshape', name, [sum, graph.integers(heads, -1, weights.gridHigh * weights.gridWide)]);
}

/** The shift of the normalisation before a layer, which is not among the terms. */
function shiftBefore({ layers }: DecoderWeights, layer: number): Float32Array {
  return layers[layer - 1].norm4.shift;
}
