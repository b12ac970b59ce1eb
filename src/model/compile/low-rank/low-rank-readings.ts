import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import type { AttentionWeights, DecoderWeights, LinearWeights } from '../decoder-weights.js';
import { type ImageReading, SHARED } from '../shared-image.js';
import { matrixProduct, scaledBy, transposed } from '../weight-algebra.js';
import { IMAGE_TERM, type LayerMaps } from './layer-maps.js';

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
      const matrix = alongMatrix(weights, maps, { layer, update, term: IMAGE_TERM });
      return { name: SHARED.along(layer, update), of: 'f', matrix, heads, form: 'columns' };
    }),
  ]);
  return [...readings, ...askedIn(layers.length, finalAttention)];
}

/** What the image alone gives to the deviation in a layer: the sum of squares of each token, [1, N], an output of the graph. */
export function sumOfSquares(
  graph: GraphBuilder,
  { width }: DecoderWeights,
  maps: LayerMaps,
  layer: number,
  f: Value,
): void {
  const name = SHARED.squares(layer);
  const data = maps.between(IMAGE_TERM, layer);
  const seen =
    layer === 0
      ? f
      : graph.node('MatMul', `${name}.seen`, [f, graph.constant(`${name}.weight`, { dims: [width, width], data })]);
  const sums = graph.node('ReduceSumSquare', `${name}.sums`, [seen, graph.integers(1)], { keepdims: 0 });
  graph.output(graph.node('Unsqueeze', name, [sums, graph.integers(0)]), [1, 'tokens']);
}

/** Which two terms of a token are multiplied with each other, as a layer's normalisation sees them. */
interface Along {
  readonly layer: number;
  readonly update: number;
  readonly term: number;
}

/** Twice the products of a term with the output projection of an update, [C, H d]. */
export function alongMatrix({ width }: DecoderWeights, maps: LayerMaps, { layer, update, term }: Along): Float32Array {
  const { dims, data } = maps.outputByHead(update);
  const rows = dims[0] * dims[1];
  const seen = matrixProduct(data, maps.between(update, layer), rows, width, width);
  const columns = transposed(seen, rows, width);
  return scaledBy(2, matrixProduct(maps.between(term, layer), columns, width, width, rows));
}
