import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import type { DecoderWeights } from '../decoder-weights.js';

/**
 * The image tokens that the image covers. Attention must see the padding to stay exact, the upscaling need not.
 *
 * @param tokens - [B, N, C], in column order.
 * @param covered - int64 [2]: columns and rows of image tokens that hold image.
 * @returns [B, n, C]
 */
export function coveredTokens(
  graph: GraphBuilder,
  name: string,
  tokens: Value,
  covered: Value,
  { gridWide, gridHigh, width }: DecoderWeights,
): Value {
  const grid = graph.node('Reshape', `${name}.grid`, [tokens, graph.integers(0, gridWide, gridHigh, width)]);
  const cut = graph.node('Slice', `${name}.cut`, [grid, graph.integers(0, 0), covered, graph.integers(1, 2)]);
  return graph.node('Reshape', `${name}.covered`, [cut, graph.integers(0, -1, width)]);
}
