/**
 * The first upscaling step without the product [N, C] x [C, 4 c].
 *
 * An image token of layer l is `s_l (x_l + A_l M_l - m_l) scale_l + shift_l`, where s_l and m_l (one over its deviation, and
 * its mean) are numbers that the normalisation knows anyway. With G_L = W, the step's weights, and G_l = scale_l G_(l+1), the
 * step's product is therefore
 *
 *     s_0 s_1 ... X0 G_0  +  sum over l of  s_l s_(l+1) ... (A_l (M_l G_l) - m_l (1 G_l))  +  ... shift_l G_(l+1)  +  b
 *
 * X0 G_0 is the same for every prompt. What remains is one product whose inner side is not C but the number of (layer, head,
 * token) triples, 112 for a point in SAM, plus one row for each mean and shift.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import { productOfTransposed } from '../contributed-ops.js';
import type { DecoderWeights, LinearWeights } from '../decoder-weights.js';
import { matrixProduct, repeated, rowsScaledBy, sumOf } from '../weight-algebra.js';
import { centredUpscaling } from './centred-norm.js';
import { coveredTokens } from './covered-tokens.js';
import { upscalingAsProduct } from './upscaling.js';

/** What one layer's update of the image tokens leaves behind for {@link lowRankUpscaling}. */
export interface LayerTrace {
  /** A transposed, [B, H T, N]. */
  readonly weights: Value;
  /** M, [B, H T, C]. */
  readonly rows: Value;
  /** One over the deviation of each token before the normalisation, [B, N, 1]. */
  readonly inverseDeviation: Value;
  /** Mean of each token before the normalisation, [B, N, 1]; undefined where it is zero. */
  readonly mean?: Value;
  /** What the normalisation adds to every token, [C]; undefined where it is left to M of the next layer. */
  readonly shift?: Float32Array;
}

/** Prompt tokens of a single point with its padding. */
const USUAL_POINTS = 2;

/** Whether the inner side shrinks enough to pay for the sums around the product. */
export function lowRankPays(weights: DecoderWeights): boolean {
  const tokens = weights.outputTokens.length / weights.width + USUAL_POINTS;
  const rank = weights.layers.reduce((sum, layer) => sum + layer.imageToToken.heads * tokens, 0);
  return rank <= weights.width / 2;
}

/** G_0 ... G_L of the derivation, [C, 4 c] each, and the step's bias. */
function weightsThroughLayers(weights: DecoderWeights): { through: Float32Array[]; step: LinearWeights } {
  const step = upscalingAsProduct(centredUpscaling(weights.upscaling1));
  const through = [step.weight];
  for (const layer of weights.layers.toReversed()) through.unshift(rowsScaledBy(layer.norm4.scale, through[0]));
  return { through, step };
}

/**
 * Once per image: X0 G_0 for the covered tokens, [n, 4 c].
 *
 * @param image - X0 with the residual bias folded in, [N, C].
 */
export function sharedUpscaling(
  graph: GraphBuilder,
  name: string,
  weights: DecoderWeights,
  image: Value,
  covered: Value,
): Value {
  const { through, step } = weightsThroughLayers(weights);
  const weight = graph.constant(`${name}.weight`, { dims: [step.inputs, step.outputs], data: through[0] });
  const one = graph.node('Unsqueeze', `${name}.one`, [image, graph.integers(0)]);
  const tokens = coveredTokens(graph, name, one, covered, weights);
  const product = graph.node('MatMul', `${name}.product`, [tokens, weight]);
  return graph.node('Squeeze', name, [product, graph.integers(0)]);
}

/**
 * Once per batch: the first upscaling step's output for the covered tokens, [B, n, 4 c].
 *
 * @param shared - X0 G_0, [n, 4 c].
 * @param layers - What every layer left behind, first layer first.
 */
export function lowRankUpscaling(
  graph: GraphBuilder,
  name: string,
  weights: DecoderWeights,
  shared: Value,
  layers: readonly LayerTrace[],
  covered: Value,
): Value {
  const { through, step } = weightsThroughLayers(weights);
  const { inputs, outputs } = step;
  const left: Value[] = [];
  const right: Value[] = [];
  const constantLeft: Value[] = [];
  const constantRows: Float32Array[] = [];
  let deviations: Value | undefined;
  let bias = step.bias;
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l];
    if (layer.shift) {
      const row = matrixProduct(layer.shift, through[l + 1], 1, inputs, outputs);
      if (deviations === undefined) {
        bias = sumOf(bias, row);
      } else {
        constantLeft.push(deviations);
        constantRows.push(row);
      }
    }
    const deviation = coveredRows(graph, `${name}.s${l}`, layer.inverseDeviation, covered, weights);
    deviations = deviations ? graph.node('Mul', `${name}.s${l}...`, [deviations, deviation]) : deviation;
    const attention = coveredRows(graph, `${name}.a${l}`, layer.weights, covered, weights);
    left.push(graph.node('Mul', `${name}.a${l}.scaled`, [attention, deviations]));
    const seen = graph.constant(`${name}.g${l}`, { dims: [inputs, outputs], data: through[l] });
    right.push(graph.node('MatMul', `${name}.m${l}`, [layer.rows, seen]));
    if (layer.mean) {
      const mean = coveredRows(graph, `${name}.mean${l}`, layer.mean, covered, weights);
      constantLeft.push(graph.node('Mul', `${name}.mean${l}.scaled`, [mean, deviations]));
      constantRows.push(columnSums(through[l], outputs).map((sum) => -sum));
    }
  }
  if (!deviations) throw new Error('Expected the traces of layers but received none');
  // as one more row of the product the bias costs next to nothing
  constantLeft.push(graph.node('Div', `${name}.ones`, [deviations, deviations]));
  constantRows.push(bias);
  left.push(...constantLeft);
  right.push(rowsForBatch(graph, `${name}.constants`, constantRows, right[0]));
  const product = productOfTransposed(
    graph,
    `${name}.product`,
    graph.node('Concat', `${name}.left`, left, { axis: 1 }),
    graph.node('Concat', `${name}.right`, right, { axis: 1 }),
  );
  const column = graph.node('Transpose', `${name}.s.column`, [deviations], { perm: [0, 2, 1] });
  const imagePart = graph.node('Mul', `${name}.image`, [shared, column]);
  return graph.node('Add', name, [product, imagePart]);
}

/** Numbers of all image tokens, [B, R, N] or [B, N, 1], cut to the covered ones, [B, R, n]. */
function coveredRows(
  graph: GraphBuilder,
  name: string,
  rows: Value,
  covered: Value,
  { gridWide, gridHigh }: DecoderWeights,
): Value {
  const grid = graph.node('Reshape', `${name}.grid`, [rows, graph.integers(0, -1, gridWide, gridHigh)]);
  const cut = graph.node('Slice', `${name}.cut`, [grid, graph.integers(0, 0), covered, graph.integers(2, 3)]);
  const count = graph.node('ReduceProd', `${name}.count`, [covered], { keepdims: 1 });
  const shape = graph.node('Concat', `${name}.shape`, [graph.integers(0, 0), count], { axis: 0 });
  // [B, R, columns, rows] to [B, R, n]
  return graph.node('Reshape', `${name}.covered`, [cut, shape]);
}

/** Constant rows repeated for every prompt, [B, R, 4 c]. */
function rowsForBatch(graph: GraphBuilder, name: string, rows: readonly Float32Array[], like: Value): Value {
  const outputs = rows[0].length;
  const data = new Float32Array(rows.length * outputs);
  rows.forEach((row, i) => {
    data.set(row, i * outputs);
  });
  const constant = graph.constant(`${name}.one`, { dims: [1, rows.length, outputs], data });
  const prompts = graph.node('Shape', `${name}.prompts`, [like], { start: 0, end: 1 });
  const shape = graph.node('Concat', `${name}.shape`, [prompts, graph.integers(1, 1)], { axis: 0 });
  return graph.node('Expand', name, [constant, shape]);
}

function columnSums(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return matrixProduct(repeated(Float32Array.of(1), rows), matrix, 1, rows, columns);
}
