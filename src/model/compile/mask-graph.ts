/**
 * The graph that runs once per mask prompt.
 *
 * A mask adds an embedding to the image tokens whose last step is linear, from 16 channels in SAM. So everything that prompts share changes
 * by a product with these few channels, which is added to what the image graph made; nothing is made anew from all C channels.
 *
 * @module
 */

import { float, GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { IMAGE_INPUTS, MASK_INPUT, withoutMask } from './compiled-form.js';
import type { DecoderWeights, MaskPromptWeights, NormWeights } from './decoder-weights.js';
import { IMAGE_TERM, type LayerMaps } from './low-rank/layer-maps.js';
import { outputUpscaled, upscaledChunks, upscaledInputs } from './low-rank/low-rank-upscaling.js';
import {
  type DecoderPlan,
  dimsOfReading,
  type ImageReading,
  productByHead,
  readingInput,
  SHARED,
  tokensInColumns,
} from './shared-image.js';
import { centredGroups, matrixProduct, scaledBy, transposed } from './weight-algebra.js';

/** How the mask's channels, and a constant 1 after them, are embedded: [channels + 1, C]. The no-mask embedding is taken out. */
interface MaskEmbedding {
  readonly channels: number;
  readonly x0: Float32Array;
  /** Each row minus its mean, as it comes to F. */
  readonly f: Float32Array;
}

/**
 * From a mask prompt [1, 1, 4 Gh, 4 Gw] and what the image graph made (under names of {@link withoutMask}) to the same for this mask.
 *
 * @returns undefined when the decoder takes no mask prompt.
 */
export function maskGraph({ weights, operators, maps, readings }: DecoderPlan): Uint8Array | undefined {
  const { maskPrompt, gridHigh, gridWide, layers, width } = weights;
  if (!maskPrompt) return undefined;
  const graph = new GraphBuilder(operators);
  const embedding = maskEmbedding(weights, maskPrompt);
  const mask = graph.input(MASK_INPUT, [1, 1, 4 * gridHigh, 4 * gridWide]);
  const tokens = maskTokens(graph, weights, maskPrompt, mask, embedding.channels);
  const change = { graph, weights, embedding, tokens };
  for (const reading of readings) changeReading(change, reading);
  if (!maps) {
    const image = graph.input(withoutMask(SHARED.image), [gridHigh * gridWide, width]);
    const given = graph.constant('embedding', { dims: [embedding.channels + 1, width], data: embedding.f });
    const product = graph.node('MatMul', 'embedded', [tokens, given]);
    graph.output(graph.node('Add', SHARED.image, [image, product]), [gridHigh * gridWide, width]);
    return graph.model('sam decoder, once per mask prompt');
  }
  layers.forEach((_, layer) => {
    changeSquares(change, maps, layer);
  });
  const covered = graph.input(IMAGE_INPUTS.covered, [2], 'int64');
  const before = upscaledInputs(graph, weights, (chunk) => withoutMask(SHARED.upscaled(chunk)));
  const given = { name: 'mask upscaled', tokens, embedding: embedding.f };
  const upscaled = upscaledChunks({ graph, weights, maps }, given, covered);
  outputUpscaled(
    graph,
    weights,
    upscaled.map((product, chunk) => graph.node('Add', SHARED.upscaled(chunk), [before[chunk], product])),
  );
  return graph.model('sam decoder, once per mask prompt');
}

/** What the mask graph reads of the image alone besides what prompts do: cross terms with the mask's embedding. */
export function maskReadings(weights: DecoderWeights, maps: LayerMaps): ImageReading[] {
  const { maskPrompt, layers } = weights;
  if (!maskPrompt) return [];
  const embedding = maskEmbedding(weights, maskPrompt);
  return layers.map((_, layer) => ({
    name: SHARED.crossMask(layer),
    of: 'f',
    matrix: crossTermsOf(embedding, maps, layer),
    heads: 1,
    form: 'columns',
  }));
}

/** Cross terms of the image alone with the embedding, [C, channels + 1]. */
function crossTermsOf({ f }: MaskEmbedding, maps: LayerMaps, layer: number): Float32Array {
  return maps.crossTerms(layer, IMAGE_TERM, { rows: f, place: IMAGE_TERM });
}

function maskEmbedding({ width, noMask }: DecoderWeights, { convolutions }: MaskPromptWeights): MaskEmbedding {
  const { kernel, bias } = convolutions[convolutions.length - 1];
  const channels = kernel.length / width;
  const x0 = new Float32Array((channels + 1) * width);
  x0.set(transposed(kernel, width, channels));
  x0.set(
    bias.map((value, c) => value - noMask[c]),
    channels * width,
  );
  return { channels, x0, f: centredGroups(x0, width) };
}

/** The channels before the embedding's last step, and a constant 1, for each image token, [N, channels + 1]. */
function maskTokens(
  graph: GraphBuilder,
  weights: DecoderWeights,
  { convolutions, norms }: MaskPromptWeights,
  mask: Value,
  channels: number,
): Value {
  let value = mask;
  let inputs = 1;
  convolutions.slice(0, -1).forEach(({ outputs, side, kernel, bias }, i) => {
    value = graph.node(
      'Conv',
      `mask.conv${i}`,
      [
        value,
        graph.constant(`mask.conv${i}.kernel`, { dims: [outputs, inputs, side, side], data: kernel }),
        graph.constant(`mask.conv${i}.bias`, { dims: [outputs], data: bias }),
      ],
      { kernel_shape: [side, side], strides: [side, side] },
    );
    value = graph.node('Gelu', `mask.gelu${i}`, [channelNorm(graph, `mask.norm${i}`, value, norms[i])]);
    inputs = outputs;
  });
  const tokens = tokensInColumns(graph, 'mask.channels', value, channels, weights);
  const count = weights.gridHigh * weights.gridWide;
  const ones = graph.constant('ones', { dims: [count, 1], data: new Float32Array(count).fill(1) });
  return graph.node('Concat', 'mask.tokens', [tokens, ones], { axis: 1 });
}

/** LayerNorm2d: normalisation over the channels of [1, c, h, w]. */
function channelNorm(graph: GraphBuilder, name: string, x: Value, norm: NormWeights): Value {
  const dims = [norm.scale.length];
  const last = graph.node('Transpose', `${name}.last`, [x], { perm: [0, 2, 3, 1] });
  const scale = graph.constant(`${name}.scale`, { dims, data: norm.scale });
  const shift = graph.constant(`${name}.shift`, { dims, data: norm.shift });
  const unit = graph.node('LayerNormalization', `${name}.unit`, [last, scale, shift], {
    axis: -1,
    epsilon: float(norm.epsilon),
  });
  return graph.node('Transpose', name, [unit], { perm: [0, 3, 1, 2] });
}

/** What a mask changes, and its tokens, [N, channels + 1]. */
interface Change {
  readonly graph: GraphBuilder;
  readonly weights: DecoderWeights;
  readonly embedding: MaskEmbedding;
  readonly tokens: Value;
}

function changeReading({ graph, weights, embedding, tokens }: Change, reading: ImageReading): void {
  const { name, of, matrix } = reading;
  const { width } = weights;
  const embedded = of === 'f' ? embedding.f : embedding.x0;
  const seen = matrixProduct(embedded, matrix, embedding.channels + 1, width, matrix.length / width);
  const before = readingInput(graph, reading, weights, withoutMask(name));
  const product = productByHead(graph, `${name}.product`, tokens, reading, weights, seen);
  graph.output(graph.node('Add', name, [before, product]), dimsOfReading(reading, weights));
}

/** |F + D|^2 = |F|^2 + D (2 F + D), all as the layer's normalisation sees it. */
function changeSquares({ graph, weights, embedding, tokens }: Change, maps: LayerMaps, layer: number): void {
  const name = SHARED.squares(layer);
  const rows = embedding.channels + 1;
  const count = weights.gridHigh * weights.gridWide;
  const before = graph.input(withoutMask(name), [1, count]);
  const cross = graph.input(withoutMask(SHARED.crossMask(layer)), [1, rows, count]);
  const twice = crossTermsOf(embedding, maps, layer);
  const gram = scaledBy(0.5, matrixProduct(embedding.f, twice, rows, weights.width, rows));
  const turned = graph.node('Transpose', `${name}.turned`, [tokens], { perm: [1, 0] });
  const own = graph.node('MatMul', `${name}.own`, [
    graph.constant(`${name}.gram`, { dims: [rows, rows], data: gram }),
    turned,
  ]);
  const all = graph.node('Add', `${name}.all`, [cross, own]);
  const product = graph.node('Mul', `${name}.product`, [all, turned]);
  const sum = graph.node('ReduceSum', `${name}.sum`, [product, graph.integers(1)], { keepdims: 0 });
  graph.output(graph.node('Add', name, [before, sum]), [1, count]);
}
