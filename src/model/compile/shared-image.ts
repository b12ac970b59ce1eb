/**
 * What all prompts about an image share: linear maps of its tokens, made once per image.
 *
 * The image graph makes them, the mask graph changes them for a mask prompt, the prompt graph takes them; all three go by the same list.
 *
 * @module
 */

import type { GraphBuilder, OperatorSet, Value } from '../onnx/graph-builder.js';
import { positionalEncoding } from '../onnx/positional-encoding.js';
import { productWithTransposed } from './contributed-ops.js';
import type { DecoderWeights } from './decoder-weights.js';
import type { LayerMaps } from './low-rank/layer-maps.js';
import { scaledLinear, scoreScale } from './token-ops.js';
import { transposed } from './weight-algebra.js';

/** What the graphs of a decoder are built from, so that they fit together. */
export interface DecoderPlan {
  readonly weights: DecoderWeights;
  readonly operators: OperatorSet;
  readonly readings: readonly ImageReading[];
  /** There where image tokens stay sums of terms, for one prompt a run; otherwise every prompt has image tokens of its own. */
  readonly maps?: LayerMaps;
}

/** Names of tensors that the image graph hands to the prompt graph. */
export const SHARED = {
  /** F: X0 with layer 0's residual bias, minus its mean, [N, C]; only where prompts make image tokens of their own. */
  image: 'f',
  /** Keys and values of the attention from tokens to image in a layer or, by the number of layers, after them. */
  key: (layer: number) => `key ${layer}`,
  value: (layer: number) => `value ${layer}`,
  /** Queries of a layer's attention from image to tokens. */
  query: (layer: number) => `query ${layer}`,
  /** Cross terms of the image alone with the output projection of an update, for the deviation in a layer. */
  cross: (layer: number, update: number) => `cross ${layer} ${update}`,
  /** The same with the embedding of a mask prompt, for the mask graph. */
  crossMask: (layer: number) => `cross mask ${layer}`,
  /** Sum of squares of the image alone, as a layer's normalisation sees it, [1, N]. */
  squares: (layer: number) => `squares ${layer}`,
  /** A chunk of what the image alone gives to the first upscaling step, [covered tokens of the chunk, 4 c]. */
  upscaled: (chunk: number) => `upscaled ${chunk}`,
} as const;

/** A linear map of the image tokens. */
export interface ImageReading {
  readonly name: string;
  /** X0, with or without positions, or F: X0 with layer 0's residual bias, minus its mean. */
  readonly of: 'x0' | 'x0 + pe' | 'f';
  /** [C, H d] */
  readonly matrix: Float32Array;
  readonly heads: number;
  /** By head: `columns` [H, d, N], `rows` [H, N, d]. */
  readonly form: 'columns' | 'rows';
  /** [H d] */
  readonly bias?: Float32Array;
}

/** The shape of a reading's result. */
export function dimsOfReading(
  { matrix, heads, form }: ImageReading,
  { width, gridHigh, gridWide }: DecoderWeights,
): number[] {
  const d = matrix.length / width / heads;
  const count = gridHigh * gridWide;
  return form === 'columns' ? [heads, d, count] : [heads, count, d];
}

/** Makes a reading of image tokens, [N, C], an output of the graph. */
export function outputReading(graph: GraphBuilder, reading: ImageReading, image: Value, weights: DecoderWeights): void {
  const { name, heads, form, bias } = reading;
  const seen = productByHead(graph, bias ? `${name}.image` : name, image, reading, weights);
  if (!bias) {
    graph.output(seen, dimsOfReading(reading, weights));
    return;
  }
  const each = bias.length / heads;
  const dims = form === 'columns' ? [heads, each, 1] : [heads, 1, each];
  const sum = graph.node('Add', name, [seen, graph.constant(`${name}.bias`, { dims, data: bias })]);
  graph.output(sum, dimsOfReading(reading, weights));
}

/**
 * Tokens through a matrix, in the shape of a reading.
 *
 * @param tokens - [N, c]
 * @param matrix - [c, H d]
 */
export function productByHead(
  graph: GraphBuilder,
  name: string,
  tokens: Value,
  reading: ImageReading,
  weights: DecoderWeights,
  matrix = reading.matrix,
): Value {
  const { heads, form } = reading;
  const outputs = reading.matrix.length / weights.width;
  const inputs = matrix.length / outputs;
  if (form === 'columns') {
    const data = transposed(matrix, inputs, outputs);
    const turned = graph.constant(`${name}.weight`, { dims: [1, outputs, inputs], data });
    const one = graph.node('Unsqueeze', `${name}.tokens`, [tokens, graph.integers(0)]);
    const columns = productWithTransposed(graph, `${name}.columns`, turned, one);
    return graph.node('Reshape', name, [columns, graph.integers(...dimsOfReading(reading, weights))]);
  }
  const weight = graph.constant(`${name}.weight`, { dims: [inputs, outputs], data: matrix });
  const rows = graph.node('MatMul', `${name}.rows`, [tokens, weight]);
  const apart = graph.node('Reshape', `${name}.apart`, [rows, graph.integers(0, heads, -1)]);
  return graph.node('Transpose', name, [apart], { perm: [1, 0, 2] });
}

/** Declares a reading as an input, under its name. */
export function readingInput(graph: GraphBuilder, reading: ImageReading, weights: DecoderWeights, name = reading.name) {
  return graph.input(name, dimsOfReading(reading, weights));
}

/**
 * Layer 0 reads the image before any prompt has touched it, so its image-side projections are the same for every prompt:
 * K0 = (X0 + PE) Wk, whose bias softmax cancels, V0 = X0 Wv + bv (token->image), Q0 = (X0 + PE) Wq + bq (image->token), the score's scale in Q0.
 */
export function layer0Readings(weights: DecoderWeights): ImageReading[] {
  const { tokenToImage, imageToToken } = weights.layers[0];
  const { heads, key, value } = tokenToImage;
  const query = scaledLinear(scoreScale(imageToToken), imageToToken.query);
  return [
    { name: SHARED.key(0), of: 'x0 + pe', matrix: key.weight, heads, form: 'columns' },
    { name: SHARED.value(0), of: 'x0', matrix: value.weight, bias: value.bias, heads, form: 'rows' },
    {
      name: SHARED.query(0),
      of: 'x0 + pe',
      matrix: query.weight,
      bias: query.bias,
      heads: imageToToken.heads,
      form: 'columns',
    },
  ];
}

/**
 * The dense positional encoding, [N, C].
 *
 * Image tokens are in column order everywhere, n = column * Gh + row, so that masks come out in columns.
 */
export function columnPositions({ gaussian, gridHigh, gridWide, width }: DecoderWeights): Float32Array {
  const rows = positionalEncoding(gaussian, gridHigh, gridWide);
  const columns = new Float32Array(rows.length);
  for (let row = 0; row < gridHigh; row++) {
    for (let column = 0; column < gridWide; column++) {
      const from = (row * gridWide + column) * width;
      columns.set(rows.subarray(from, from + width), (column * gridHigh + row) * width);
    }
  }
  return columns;
}

/** [1, c, Gh, Gw] to [Gw Gh, c]: tokens in column order. */
export function tokensInColumns(
  graph: GraphBuilder,
  name: string,
  grid: Value,
  channels: number,
  { gridHigh, gridWide }: DecoderWeights,
): Value {
  // two steps: all at once takes twice as long
  const columns = graph.node('Transpose', `${name}.columns`, [grid], { perm: [0, 1, 3, 2] });
  const flat = graph.node('Reshape', `${name}.flat`, [columns, graph.integers(channels, gridHigh * gridWide)]);
  return graph.node('Transpose', name, [flat], { perm: [1, 0] });
}
