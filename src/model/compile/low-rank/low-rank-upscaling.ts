/**
 * The first upscaling step without the product [N, C] x [C, 4 c].
 *
 * The step reads the last layer's tokens, which are sums of terms (see `LayerMaps`). What the image alone gives is the same for every
 * prompt; what remains is one product whose inner side is not C but the number of (layer, head, token) triples, 112 for a point in SAM,
 * plus one row for the bias.
 *
 * All that follows is done chunk by chunk of the covered tokens, so that it finds a chunk's numbers in the processor's cache.
 *
 * @module
 */

import type { GraphBuilder, Value } from '../../onnx/graph-builder.js';
import type { DecoderWeights, LinearWeights } from '../decoder-weights.js';
import { centredUpscaling } from '../identities/centred-norm.js';
import { coveredTokens } from '../identities/covered-tokens.js';
import { withOffset } from '../identities/token-to-image.js';
import { upscalingAsProduct } from '../identities/upscaling.js';
import { SHARED } from '../shared-image.js';
import { matrixProduct } from '../weight-algebra.js';
import { type NormalisedUpdate, updateRows } from './image-terms.js';
import { IMAGE_TERM, type LowRank } from './layer-maps.js';

/** Prompt tokens of a single point with its padding. */
const USUAL_POINTS = 2;

/** Chunks of the covered tokens, at most; measured in docs/decoder-compiler.md. */
const CHUNKS = 8;

/** Whether image tokens are sums of so few terms, of a single point, that these are less arithmetic than the tokens. */
export function lowRankPays(weights: DecoderWeights): boolean {
  const tokens = weights.outputTokens.length / weights.width + USUAL_POINTS;
  const rank = weights.layers.reduce((sum, layer) => sum + layer.imageToToken.heads * tokens, 0);
  return rank <= weights.width / 2;
}

/** In how many chunks the covered tokens are upscaled: no more than there are tokens, since one side of the frame is always covered. */
function chunksOf({ gridHigh, gridWide }: DecoderWeights): number {
  return Math.min(CHUNKS, gridHigh, gridWide);
}

/** Tokens that the step reads: image tokens F, [N, C], or what comes to F through an embedding. */
interface UpscaledTokens {
  /** In front of the chunks' numbers. */
  readonly name: string;
  readonly tokens: Value;
  /** [r, C], for tokens of r numbers. */
  readonly embedding?: Float32Array;
}

/** What tokens give to the step whatever the prompt is, for each chunk of the covered ones, [n / chunks, 4 c]. */
export function upscaledChunks(
  { graph, weights, maps }: LowRank,
  { name, tokens, embedding }: UpscaledTokens,
  covered: Value,
): Value[] {
  const { width } = weights;
  const step = shiftedStep(weights);
  const reading = maps.reading(weights.layers.length, IMAGE_TERM, step);
  const inputs = embedding ? embedding.length / width : width;
  const data = embedding ? matrixProduct(embedding, reading, inputs, width, step.outputs) : reading;
  const weight = graph.constant(`${name}.weight`, { dims: [inputs, step.outputs], data });
  const one = graph.node('Unsqueeze', `${name}.one`, [tokens, graph.integers(0)]);
  const cut = coveredTokens(graph, `${name}.tokens`, one, covered, { ...weights, width: inputs });
  const product = graph.node('MatMul', name, [graph.node('Squeeze', `${name}.all`, [cut, graph.integers(0)]), weight]);
  return inChunks(graph, (chunk) => `${name} ${chunk}`, product, 0, weights);
}

/** Declares the chunks of {@link upscaledChunks} as inputs. */
export function upscaledInputs(graph: GraphBuilder, weights: DecoderWeights, nameOf = SHARED.upscaled): Value[] {
  return Array.from({ length: chunksOf(weights) }, (_, chunk) =>
    graph.input(nameOf(chunk), upscaledDims(weights, chunk)),
  );
}

/** Makes the chunks of {@link upscaledChunks} outputs of the graph. */
export function outputUpscaled(graph: GraphBuilder, weights: DecoderWeights, chunks: readonly Value[]): void {
  for (const [chunk, value] of chunks.entries()) graph.output(value, upscaledDims(weights, chunk));
}

function upscaledDims({ upscaling1 }: DecoderWeights, chunk: number): (string | number)[] {
  return [`covered ${chunk}`, 4 * upscaling1.outputs];
}

/**
 * Once per prompt: the first upscaling step's output for each chunk of the covered tokens, [1, n / chunks, 4 c].
 *
 * @param shared - What {@link upscaledChunks} made of the image.
 * @param updates - What every layer did to the image tokens, first one first.
 */
export function lowRankUpscaling(
  at: LowRank,
  shared: readonly Value[],
  updates: readonly NormalisedUpdate[],
  covered: Value,
): Value[] {
  const { graph, weights, maps } = at;
  const step = shiftedStep(weights);
  const left: Value[] = [];
  const right: Value[] = [];
  let normal: Value | undefined;
  for (const update of updates.toReversed()) {
    const name = `upscaling1.of ${update.layer}`;
    const inverse = coveredColumns(graph, `${name}.r`, update.inverseDeviation, covered, weights);
    normal = normal ? graph.node('Mul', `${name}.normal`, [normal, inverse]) : inverse;
    const attention = coveredColumns(graph, `${name}.a`, update.weights, covered, weights);
    left.push(graph.node('Mul', `${name}.left`, [attention, normal]));
    const reading = maps.reading(updates.length, update.layer, step);
    right.push(updateRows(at, `${name}.right`, update, reading));
  }
  if (!normal) throw new Error('Expected the updates of layers but received none');
  // as one more row of the product the bias costs next to nothing
  left.push(graph.node('Div', 'upscaling1.ones', [normal, normal]));
  right.push(graph.constant('upscaling1.bias', { dims: [1, step.outputs], data: step.bias }));
  const rows = graph.node('Concat', 'upscaling1.right', right, { axis: 0 });
  const columns = graph.node('Concat', 'upscaling1.left', left, { axis: 0 });
  const normals = graph.node('Transpose', 'upscaling1.normal', [normal], { perm: [1, 0] });
  const parts = inChunks(graph, (chunk) => `upscaling1.left ${chunk}`, columns, 1, weights);
  const factors = inChunks(graph, (chunk) => `upscaling1.normal ${chunk}`, normals, 0, weights);
  return parts.map((part, chunk) => {
    const image = graph.node('Mul', `upscaling1.image ${chunk}`, [shared[chunk], factors[chunk]]);
    const sum = graph.node('Gemm', `upscaling1.sum ${chunk}`, [part, rows, image], { transA: 1 });
    return graph.node('Unsqueeze', `upscaling1 ${chunk}`, [sum, graph.integers(0)]);
  });
}

/** The step, with the last normalisation's shift in its bias. */
function shiftedStep(weights: DecoderWeights): LinearWeights {
  const step = upscalingAsProduct(centredUpscaling(weights.upscaling1));
  return withOffset(step, weights.layers[weights.layers.length - 1].norm4.shift);
}

function inChunks(
  graph: GraphBuilder,
  nameOf: (chunk: number) => string,
  value: Value,
  axis: number,
  weights: DecoderWeights,
): Value[] {
  const chunks = chunksOf(weights);
  const names = Array.from({ length: chunks }, (_, chunk) => nameOf(chunk));
  return graph.nodes('Split', names, [value], { axis, num_outputs: chunks });
}

/** Numbers of all image tokens, [R, N], cut to the covered ones, [R, n]. */
function coveredColumns(
  graph: GraphBuilder,
  name: string,
  rows: Value,
  covered: Value,
  { gridWide, gridHigh }: DecoderWeights,
): Value {
  const grid = graph.node('Reshape', `${name}.grid`, [rows, graph.integers(-1, gridWide, gridHigh)]);
  const cut = graph.node('Slice', `${name}.cut`, [grid, graph.integers(0, 0), covered, graph.integers(1, 2)]);
  return graph.node('Reshape', `${name}.covered`, [cut, graph.integers(0, -1)]);
}
