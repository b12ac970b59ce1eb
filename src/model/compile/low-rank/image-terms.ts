/**
 * What the tokens of one prompt do with image tokens that are never made, only known as sums of terms (see `LayerMaps`).
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import { SHARED } from '../shared-image.js';
import { matrixProduct } from '../weight-algebra.js';
import type { LowRank } from './layer-maps.js';
import { crossTermsWithUpdate } from './low-rank-readings.js';

/** What one layer did to the image tokens. */
export interface LayerUpdate {
  readonly layer: number;
  /** A transposed, [H T, N]. */
  readonly weights: Value;
  /** What the weights weigh, before the output projection (`LayerMaps.outputByHead`), [1, H, T, d]. */
  readonly values: Value;
}

/** An update whose normalisation is known. */
export interface NormalisedUpdate extends LayerUpdate {
  /** r: one over the deviation of each token, [1, N]. */
  readonly inverseDeviation: Value;
}

/** What tokens meet of the image: a linear reader of it, by what that gives of the image alone and by its matrix for the rows of an update. */
interface TokenReader {
  readonly heads: number;
  /** [H', d', N] for products, [H', N, d'] for sums. */
  readonly image: Value;
  /** [C, H' d'] */
  readonly matrixOf: (update: LayerUpdate) => Float32Array;
}

/**
 * Products of tokens with every image token, each normalisation on the way included.
 *
 * @param left - [1, H', T', d']
 * @param updates - Of the layers so far, first one first.
 * @returns [H' T', N]
 */
export function productsWithImage(
  at: LowRank,
  name: string,
  left: Value,
  { heads, image, matrixOf }: TokenReader,
  updates: readonly NormalisedUpdate[],
): Value {
  const { graph } = at;
  let sum = pairsOf(graph, `${name}.image`, graph.node('MatMul', `${name}.image.heads`, [left, image]));
  for (const update of updates) {
    const part = `${name}.of ${update.layer}`;
    const rows = rowsByHead(at, part, update, matrixOf(update), heads);
    const turned = graph.node('Transpose', `${part}.turned`, [rows], { perm: [1, 2, 0] });
    const crossed = pairsOf(graph, part, graph.node('MatMul', `${part}.heads`, [left, turned]));
    const added = graph.node('Gemm', `${part}.sum`, [crossed, update.weights, sum]);
    sum = graph.node('Mul', `${part}.normal`, [added, update.inverseDeviation]);
  }
  return sum;
}

/**
 * Weighted sums of image tokens, seen through a value projection.
 *
 * @param weights - After softmax, [H' T', N].
 * @param image - The projection of the image alone, [H', N, d'].
 * @returns without the projection's bias and the last shift, [1, H', T', d']
 */
export function sumsOverImage(
  at: LowRank,
  name: string,
  weights: Value,
  { heads, image, matrixOf }: TokenReader,
  updates: readonly NormalisedUpdate[],
): Value {
  const { graph } = at;
  let normal = weights;
  let sum: Value | undefined;
  for (const update of updates.toReversed()) {
    const part = `${name}.of ${update.layer}`;
    normal = graph.node('Mul', `${part}.normal`, [normal, update.inverseDeviation]);
    // the larger side first: onnxruntime gives rows to threads then, not columns, whose number decides in what order it adds
    const shares = graph.node('Gemm', `${part}.shares`, [update.weights, normal], { transB: 1 });
    const apart = graph.node('Reshape', `${part}.shares.apart`, [shares, graph.integers(0, heads, -1)]);
    const byHead = graph.node('Transpose', `${part}.shares.heads`, [apart], { perm: [1, 2, 0] });
    const rows = rowsByHead(at, part, update, matrixOf(update), heads);
    const turned = graph.node('Transpose', `${part}.turned`, [rows], { perm: [1, 0, 2] });
    const product = graph.node('MatMul', `${part}.sums`, [byHead, turned]);
    sum = sum === undefined ? product : graph.node('Add', `${part}.sum`, [sum, product]);
  }
  const alone = graph.node('MatMul', `${name}.image`, [headsOf(graph, `${name}.heads`, normal, heads), image]);
  const all = sum === undefined ? alone : graph.node('Add', `${name}.sum`, [alone, sum]);
  return graph.node('Unsqueeze', `${name}.sums`, [all, graph.integers(0)]);
}

/**
 * One over the deviation of every image token after a layer's update.
 *
 * @param current - The layer's update.
 * @param updates - Of the layers before, first one first.
 * @returns [1, N]
 */
export function inverseDeviation(
  at: LowRank,
  name: string,
  current: LayerUpdate,
  updates: readonly NormalisedUpdate[],
): Value {
  const { graph, weights, maps } = at;
  const { layer } = current;
  const all: readonly LayerUpdate[] = [...updates, current];
  let squares: Value = SHARED.squares(layer);
  for (const [j, update] of all.entries()) {
    const part = `${name}.${j}`;
    const { heads } = weights.layers[update.layer].imageToToken;
    const reader: TokenReader = {
      heads,
      image: SHARED.cross(layer, update.layer),
      matrixOf: ({ layer: term }) => crossTermsWithUpdate(maps, layer, term, update.layer),
    };
    const others = productsWithImage(at, `${part}.others`, update.values, reader, updates.slice(0, j));
    const rows = updateRows(at, `${part}.rows`, update, maps.between(update.layer, layer));
    const gram = graph.node('Gemm', `${part}.gram`, [rows, rows], { transB: 1 });
    const along = graph.node('Gemm', `${part}.along`, [gram, update.weights, others]);
    const product = graph.node('Mul', `${part}.product`, [update.weights, along]);
    const sum = graph.node('ReduceSum', `${part}.sum`, [product, graph.integers(0)], { keepdims: 1 });
    squares = graph.node('Add', `${part}.squares`, [squares, sum]);
    const before = updates[j];
    if (before) {
      squares = graph.node('Mul', `${part}.once`, [squares, before.inverseDeviation]);
      squares = graph.node('Mul', `${part}.twice`, [squares, before.inverseDeviation]);
    }
  }
  const { epsilon } = weights.layers[layer].norm4;
  const mean = graph.node('Div', `${name}.mean`, [squares, graph.scalar('width', weights.width)]);
  // rounding may leave less than nothing of a token that the update cancels
  const above = graph.node('Add', `${name}.above`, [
    graph.node('Relu', `${name}.positive`, [mean]),
    graph.scalar('epsilon', epsilon),
  ]);
  return graph.node('Reciprocal', `${name}.inverse`, [graph.node('Sqrt', `${name}.deviation`, [above])]);
}

/** The rows of an update through a matrix [C, m], [H T, m]. */
export function updateRows(
  { graph, maps, weights }: LowRank,
  name: string,
  update: LayerUpdate,
  matrix: Float32Array,
): Value {
  const { dims, data } = maps.outputByHead(update.layer);
  const [heads, d] = dims;
  const outputs = matrix.length / weights.width;
  const through = matrixProduct(data, matrix, heads * d, weights.width, outputs);
  const constant = graph.constant(`${name}.weight`, { dims: [heads, d, outputs], data: through });
  return pairsOf(graph, name, graph.node('MatMul', `${name}.heads`, [update.values, constant]));
}

/** The rows of an update through a matrix [C, H' d'], [H T, H', d']. */
function rowsByHead(at: LowRank, name: string, update: LayerUpdate, matrix: Float32Array, heads: number): Value {
  const rows = updateRows(at, `${name}.rows`, update, matrix);
  return at.graph.node('Reshape', `${name}.rows.apart`, [rows, at.graph.integers(0, heads, -1)]);
}

/** [1, H, T, m] to [H T, m]. */
export function pairsOf(graph: GraphBuilder, name: string, byHead: Value): Value {
  return graph.node('Flatten', `${name}.pairs`, [byHead], { axis: 3 });
}

/** [H T, m] to [H, T, m]. */
function headsOf(graph: GraphBuilder, name: string, pairs: Value, heads: number): Value {
  const shape = graph.node(
    'Concat',
    `${name}.shape`,
    [graph.integers(heads, -1), graph.node('Shape', `${name}.columns`, [pairs], { start: 1, end: 2 })],
    { axis: 0 },
  );
  return graph.node('Reshape', name, [pairs, shape]);
}
