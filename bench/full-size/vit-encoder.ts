/**
 * An image encoder of SAM 1 at its full size with random weights: the transformer of segment-anything (image_encoder.py), as a graph of plain
 * ONNX operators. Nobody trained it and its embeddings mean nothing; time and memory are those of a trained one.
 *
 * @module
 */

import { float, GraphBuilder, type Value } from '../../src/model/onnx/graph-builder.js';
import { elementCount } from '../../src/model/onnx/tensors.js';

/** Sizes of an encoder. */
export interface VitSizes {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Layers that attend to the whole image; the others look through windows. */
  readonly globalLayers: readonly number[];
}

/** Those of Meta's ViT-B. */
export const VIT_B: VitSizes = { width: 768, layers: 12, heads: 12, globalLayers: [2, 5, 8, 11] };

const FRAME = 1024;
const PATCH = 16;
const GRID = FRAME / PATCH;
const WINDOW = 14;
/** Windows along a side; the last ones reach beyond the image tokens. */
const WINDOWS = Math.ceil(GRID / WINDOW);
const EMBEDDING_WIDTH = 256;

/** A graph with weights drawn as it grows. */
interface Drawing {
  readonly graph: GraphBuilder;
  readonly sizes: VitSizes;
  /** Uniform numbers of standard deviation `spread` around `mean`. */
  draw(name: string, dims: readonly number[], spread: number, mean?: number): Value;
}

/**
 * The bytes of an ONNX file: `x` [1, 3, 1024, 1024] of normalised pixels to `image_embeddings` [1, 256, 64, 64].
 *
 * @param random - Numbers in [0, 1).
 */
export function vitEncoder(sizes: VitSizes, random: () => number): Uint8Array {
  const graph = new GraphBuilder('standard');
  const draw: Drawing['draw'] = (name, dims, spread, mean = 0) => {
    const data = new Float32Array(elementCount(dims));
    // a uniform number has a standard deviation of its range / sqrt(12)
    const range = spread * Math.sqrt(12);
    for (let i = 0; i < data.length; i++) data[i] = mean + (random() - 0.5) * range;
    return graph.constant(name, { dims, data });
  };
  const drawing: Drawing = { graph, sizes, draw };
  const { width, layers, globalLayers } = sizes;
  const pixels = graph.input('x', [1, 3, FRAME, FRAME]);
  const kernel = draw('patch kernel', [width, 3, PATCH, PATCH], (3 * PATCH * PATCH) ** -0.5);
  const patches = graph.node('Conv', 'patches', [pixels, kernel], { strides: [PATCH, PATCH] });
  let tokens = graph.node('Transpose', 'tokens', [patches], { perm: [0, 2, 3, 1] });
  tokens = graph.node('Add', 'tokens', [tokens, draw('positions', [1, GRID, GRID, width], 0.5)]);
  for (let layer = 0; layer < layers; layer++) tokens = block(drawing, tokens, globalLayers.includes(layer));
  graph.node('Identity', 'image_embeddings', [neck(drawing, tokens)]);
  graph.output('image_embeddings', [1, EMBEDDING_WIDTH, GRID, GRID]);
  return graph.model('vit encoder');
}

function block(drawing: Drawing, tokens: Value, isGlobal: boolean): Value {
  const { graph, sizes } = drawing;
  const normal = norm(drawing, tokens, sizes.width);
  const attended = isGlobal
    ? attention(drawing, normal, 1, GRID)
    : fromWindows(drawing, attention(drawing, inWindows(drawing, normal), WINDOWS ** 2, WINDOW));
  const stream = graph.node('Add', 'stream', [tokens, attended]);
  const hidden = linear(drawing, norm(drawing, stream, sizes.width), sizes.width, 4 * sizes.width);
  const active = graph.node('Gelu', 'active', [hidden]);
  return graph.node('Add', 'stream', [stream, linear(drawing, active, 4 * sizes.width, sizes.width)]);
}

/** [1, G, G, C] to [windows, 14, 14, C], zeros beyond the image tokens. */
function inWindows({ graph, sizes }: Drawing, tokens: Value): Value {
  const beyond = WINDOWS * WINDOW - GRID;
  const padded = graph.node('Pad', 'padded', [tokens, graph.integers(0, 0, 0, 0, 0, beyond, beyond, 0)]);
  const shape = graph.integers(WINDOWS, WINDOW, WINDOWS, WINDOW, sizes.width);
  const apart = graph.node('Reshape', 'rows and columns', [padded, shape]);
  const turned = graph.node('Transpose', 'windows', [apart], { perm: [0, 2, 1, 3, 4] });
  return graph.node('Reshape', 'windows', [turned, graph.integers(WINDOWS ** 2, WINDOW, WINDOW, sizes.width)]);
}

function fromWindows({ graph, sizes }: Drawing, windows: Value): Value {
  const side = WINDOWS * WINDOW;
  const apart = graph.node('Reshape', 'windows apart', [
    windows,
    graph.integers(WINDOWS, WINDOWS, WINDOW, WINDOW, sizes.width),
  ]);
  const turned = graph.node('Transpose', 'rows', [apart], { perm: [0, 2, 1, 3, 4] });
  const whole = graph.node('Reshape', 'whole', [turned, graph.integers(1, side, side, sizes.width)]);
  return graph.node('Slice', 'cut', [whole, graph.integers(0, 0), graph.integers(GRID, GRID), graph.integers(1, 2)]);
}

/** Attention within each of `batch` squares of `side` x `side` tokens, with a term for the distance down and one for that across. */
function attention(drawing: Drawing, tokens: Value, batch: number, side: number): Value {
  const { graph, sizes, draw } = drawing;
  const { width, heads } = sizes;
  const [headWidth, count, squares] = [width / heads, side * side, batch * heads];
  const joined = linear(drawing, tokens, width, 3 * width);
  const apart = graph.node('Reshape', 'heads', [joined, graph.integers(batch, count, 3, heads, headWidth)]);
  const turned = graph.node('Transpose', 'heads', [apart], { perm: [2, 0, 3, 1, 4] });
  const [query, key, value] = graph
    .nodes('Split', ['query', 'key', 'value'], [turned], { axis: 0, num_outputs: 3 })
    .map((each) => graph.node('Reshape', 'head', [each, graph.integers(squares, count, headWidth)]));
  const scaled = graph.node('Mul', 'scaled', [query, graph.scalar('scale', headWidth ** -0.5)]);
  const keys = graph.node('Transpose', 'keys', [key], { perm: [0, 2, 1] });
  const products = graph.node('MatMul', 'products', [scaled, keys]);
  const squareShape = graph.integers(squares, side, side, headWidth);
  const rows = graph.node('Reshape', 'rows', [query, squareShape]);
  const columns = graph.node('Transpose', 'columns', [rows], { perm: [0, 2, 1, 3] });
  const distances = () => draw('distances', [side, headWidth, side], 0.5 * headWidth ** -0.5);
  const down = graph.node('MatMul', 'down', [rows, distances()]);
  const across = graph.node('Transpose', 'across', [graph.node('MatMul', 'across', [columns, distances()])], {
    perm: [0, 2, 1, 3],
  });
  const all = graph.node('Reshape', 'scores', [products, graph.integers(squares, side, side, side, side)]);
  const withDown = graph.node('Add', 'scores', [all, graph.node('Unsqueeze', 'down', [down, graph.integers(4)])]);
  const withBoth = graph.node('Add', 'scores', [
    withDown,
    graph.node('Unsqueeze', 'across', [across, graph.integers(3)]),
  ]);
  const scores = graph.node('Reshape', 'scores', [withBoth, graph.integers(squares, count, count)]);
  const shares = graph.node('Softmax', 'shares', [scores], { axis: -1 });
  const mixed = graph.node('Reshape', 'mixed', [
    graph.node('MatMul', 'mixed', [shares, value]),
    graph.integers(batch, heads, count, headWidth),
  ]);
  const together = graph.node('Transpose', 'together', [mixed], { perm: [0, 2, 1, 3] });
  const square = graph.node('Reshape', 'square', [together, graph.integers(batch, side, side, width)]);
  return linear(drawing, square, width, width);
}

function linear({ graph, draw }: Drawing, input: Value, inputs: number, outputs: number): Value {
  const product = graph.node('MatMul', 'product', [input, draw('weight', [inputs, outputs], inputs ** -0.5)]);
  return graph.node('Add', 'linear', [product, draw('bias', [outputs], 0.02)]);
}

/** Over the last axis. */
function norm({ graph, draw }: Drawing, input: Value, width: number): Value {
  const weights = [draw('norm scale', [width], 0.02, 1), draw('norm shift', [width], 0.02)];
  return graph.node('LayerNormalization', 'norm', [input, ...weights], { axis: -1, epsilon: float(1e-6) });
}

/** Image tokens [1, G, G, C] to the embedding [1, 256, G, G]: two convolutions, each normalised over its channels. */
function neck(drawing: Drawing, tokens: Value): Value {
  const { graph, sizes, draw } = drawing;
  const channelNorm = (input: Value) => {
    const last = graph.node('Transpose', 'channels last', [input], { perm: [0, 2, 3, 1] });
    return graph.node('Transpose', 'channels first', [norm(drawing, last, EMBEDDING_WIDTH)], { perm: [0, 3, 1, 2] });
  };
  const first = graph.node('Transpose', 'channels first', [tokens], { perm: [0, 3, 1, 2] });
  const narrow = draw('narrow', [EMBEDDING_WIDTH, sizes.width, 1, 1], sizes.width ** -0.5);
  const mixed = draw('mix', [EMBEDDING_WIDTH, EMBEDDING_WIDTH, 3, 3], (9 * EMBEDDING_WIDTH) ** -0.5);
  const narrowed = channelNorm(graph.node('Conv', 'narrow', [first, narrow]));
  return channelNorm(graph.node('Conv', 'mixed', [narrowed, mixed], { pads: [1, 1, 1, 1] }));
}
