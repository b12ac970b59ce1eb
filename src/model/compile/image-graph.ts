/**
 * The graph that runs once per image (and once per mask prompt, whose dense embedding changes the image).
 *
 * @module
 */

import { float, GraphBuilder, type OperatorSet, type Value } from '../onnx/graph-builder.js';
import { positionalEncoding } from '../onnx/positional-encoding.js';
import { IMAGE_INPUTS } from './compiled-form.js';
import type { DecoderWeights, MaskPromptWeights, NormWeights } from './decoder-weights.js';
import { residualBiasFolded } from './identities/centred-norm.js';
import { sharedUpscaling } from './identities/low-rank-upscaling.js';
import { SHARED, sharedLayer0Projections } from './identities/shared-layer0.js';

/**
 * The graph from an image embedding [1, C, Gh, Gw] (and a mask prompt, where the decoder takes one) to what all prompts
 * share: X0 for layer 0's residual, layer 0's projections of the image, and X0's part of the first upscaling step.
 *
 * Image tokens are in column order, n = column * Gh + row, so that masks come out in columns.
 */
export function imageGraph(
  weights: DecoderWeights,
  { operators, lowRank }: { operators: OperatorSet; lowRank: boolean },
): Uint8Array {
  const graph = new GraphBuilder(operators);
  const { width, gridHigh, gridWide, layers } = weights;
  const count = gridHigh * gridWide;
  const embedding = graph.input(IMAGE_INPUTS.embedding, [1, width, gridHigh, gridWide]);
  const sum = graph.node('Add', 'x0.grid', [embedding, denseEmbedding(graph, weights)]);
  const columns = graph.node('Transpose', 'x0.columns', [sum], { perm: [0, 3, 2, 1] });
  const image = graph.node('Reshape', 'x0.tokens', [columns, graph.integers(count, width)]);
  const positions = graph.constant('pe', { dims: [count, width], data: columnPositions(weights) });
  const first = layers[0];
  const shared = sharedLayer0Projections(graph, first, image, positions);
  const folded = residualBiasFolded(graph, SHARED.image, image, first.imageToToken.out.bias);
  const { tokenToImage, imageToToken } = first;
  graph.output(folded, [count, width]);
  graph.output(shared.key, [tokenToImage.heads, tokenToImage.key.outputs / tokenToImage.heads, count]);
  graph.output(shared.value, [tokenToImage.heads, count, tokenToImage.value.outputs / tokenToImage.heads]);
  graph.output(shared.query, [imageToToken.heads, imageToToken.query.outputs / imageToToken.heads, count]);
  if (lowRank) {
    const covered = graph.input(IMAGE_INPUTS.covered, [2], 'int64');
    const step = sharedUpscaling(graph, SHARED.upscaled, weights, folded, covered);
    graph.output(step, ['covered', 4 * weights.upscaling1.outputs]);
  }
  return graph.model('sam decoder, once per image');
}

/** The dense positional encoding with image tokens in column order, [N, C]. */
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

/** has_mask * downscaled mask + (1 - has_mask) * no-mask embedding, or the latter alone. */
function denseEmbedding(graph: GraphBuilder, weights: DecoderWeights): Value {
  const { width, gridHigh, gridWide, noMask, maskPrompt } = weights;
  const none = graph.constant('no mask', { dims: [1, width, 1, 1], data: noMask });
  if (!maskPrompt) return none;
  const mask = graph.input(IMAGE_INPUTS.mask, [1, 1, 4 * gridHigh, 4 * gridWide]);
  const hasMask = graph.input(IMAGE_INPUTS.hasMask, [1]);
  const given = graph.node('Mul', 'dense.given', [hasMask, downscaledMask(graph, maskPrompt, mask)]);
  const hasNone = graph.node('Sub', 'has no mask', [graph.scalar('one', 1), hasMask]);
  return graph.node('Add', 'dense', [given, graph.node('Mul', 'dense.none', [hasNone, none])]);
}

/** The mask prompt's dense embedding, [1, C, Gh, Gw]. */
function downscaledMask(graph: GraphBuilder, { convolutions, norms }: MaskPromptWeights, mask: Value): Value {
  let value = mask;
  let inputs = 1;
  convolutions.forEach(({ outputs, side, kernel, bias }, i) => {
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
    const norm = norms[i];
    if (norm) value = graph.node('Gelu', `mask.gelu${i}`, [channelNorm(graph, `mask.norm${i}`, value, norm)]);
    inputs = outputs;
  });
  return value;
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
