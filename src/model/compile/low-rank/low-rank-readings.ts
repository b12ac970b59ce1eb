import type { Value } from '../../onnx/graph-builder.js';
import type { AttentionWeights, DecoderWeights, LinearWeights } from '../decoder-weights.js';
import { type ImageReading, SHARED } from '../shared-image.js';
import { IMAGE_TERM, type LayerMaps, type LowRank } from './layer-maps.js';

/** What prompts read of the image alone after layer 0's attention. */
export function lowRankReadings(weights: DecoderWeights, maps: LayerMaps): ImageReading[] {
  const { layers, finalAttention } = weights;
  const read = (name: string, layer: number, { heads }: AttentionWeights, reader: LinearWeights): ImageReading => {
    return { name, of: 'f', matrix: maps.reading(layer, IMAGE_TERM, reader), heads, form: 'columns' };
  };
  const askedIn = (layer: number, attention: AttentionWeights): ImageReading[] => [
    read(SHARED.key(layer), layer, attention, attention.key),
    { ...read(SHARED.value(layer), layer, attention, attention.value), form: 'rows' },
  ];
  const readings = layers.flatMap(({ tokenToImage, imageToToken }, layer) => [
    ...(layer > 0
      ? [...askedIn(layer, tokenToImage), read(SHARED.query(layer), layer, imageToToken, imageToToken.query)]
      : []),
    ...layers.slice(0, layer + 1).map(({ imageToToken: { heads } }, update): ImageReading => {
      const matrix = crossTermsWithUpdate(maps, layer, IMAGE_TERM, update);
      return { name: SHARED.cross(layer, update), of: 'f', matrix, heads, form: 'columns' };
    }),
  ]);
  return [...readings, ...askedIn(layers.length, finalAttention)];
}

/**
 * Makes the sum of squares of what the image alone gives to each token, as a layer's normalisation sees it, an output of the graph, [1, N].
 *
 * @param f - F, [N, C].
 */
export function outputSquares({ graph, weights, maps }: LowRank, layer: number, f: Value): void {
  const { width } = weights;
  const name = SHARED.squares(layer);
  const data = maps.between(IMAGE_TERM, layer);
  const seen =
    layer === 0
      ? f
      : graph.node('MatMul', `${name}.seen`, [f, graph.constant(`${name}.weight`, { dims: [width, width], data })]);
  const sums = graph.node('ReduceSumSquare', `${name}.sums`, [seen, graph.integers(1)], { keepdims: 0 });
  graph.output(graph.node('Unsqueeze', name, [sums, graph.integers(0)]), [1, 'tokens']);
}

/** Cross terms of a term with the output projection of an update, for the deviation in a layer, [C, H d]. */
export function crossTermsWithUpdate(maps: LayerMaps, layer: number, term: number, update: number): Float32Array {
  return maps.crossTerms(layer, term, { rows: maps.outputByHead(update).data, place: update });
}
