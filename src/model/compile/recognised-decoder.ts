/**
 * Reads the weights of a SAM-1 mask decoder from its graph, by walking back from the masks through every operation.
 *
 * Nothing is found by node number or weight name: a linear layer is the product with a constant whose sum with another
 * constant follows, an attention is what stands between four of them, and so on to the inputs. What does not match is not a
 * decoder that the compiler knows.
 *
 * @module
 */

import { maskProduct, maskTokenIou } from '../graph/expose-multimask.js';
import { attributeOf, GraphView } from '../onnx/graph-view.js';
import { readModel } from '../onnx/model-bytes.js';
import type { NodeProto } from '../onnx/onnx_pb.js';
import { elementCount, type Tensor } from '../onnx/tensors.js';
import type {
  AttentionWeights,
  DecoderWeights,
  DownscalingWeights,
  LayerWeights,
  LinearWeights,
  MaskPromptWeights,
  NormWeights,
  UpscalingWeights,
} from './decoder-weights.js';

/** The graph is not a mask decoder that the compiler knows; the message says what was expected where. */
export class UnrecognisedDecoder extends Error {
  override readonly name = 'UnrecognisedDecoder';
}

/** Something read from the graph and the tensor that it reads. */
type Read<Weights> = Weights & { readonly input: string };

/** An attention and the tensors that its projections read. */
type ReadAttention = AttentionWeights & { readonly from: { query: string; key: string; value: string } };

/**
 * The weights of the decoder export in `bytes`.
 *
 * @throws {@link UnrecognisedDecoder} when the graph is built differently from SAM-1's decoder.
 */
export function recognisedDecoder(bytes: Uint8Array): DecoderWeights {
  const view = new GraphView(readModel(bytes).graph!);
  const product = maskProduct(view);
  const hypernetworks = readHypernetworks(view, product.input[0]!);
  const upscaling = readUpscaling(view, product.input[1]!);
  const transformer = readTransformer(view, hypernetworks[0]!.input, upscaling.input);
  const width = transformer.finalNorm.scale.length;
  const outputTokens = readOutputTokens(view, transformer.tokens);
  expect(
    outputTokens.length === (hypernetworks.length + 1) * width,
    `one output token more than the ${hypernetworks.length} hypernetworks`,
  );
  const position = readPosition(view);
  const image = readImageInput(view, transformer.image, width);
  const [, , declaredHigh, declaredWide] = view.inputDims('image_embeddings') ?? [];
  return {
    width,
    gridHigh: declaredHigh ?? position.inputSize / PATCH,
    gridWide: declaredWide ?? position.inputSize / PATCH,
    ...position,
    labelEmbeddings: readLabelEmbeddings(view, width),
    ...image,
    outputTokens,
    layers: transformer.layers,
    finalAttention: transformer.finalAttention,
    finalNorm: transformer.finalNorm,
    upscaling1: upscaling.first,
    upscalingNorm: upscaling.norm,
    upscaling2: upscaling.second,
    hypernetworks: hypernetworks.map((mlp) => mlp.layers),
    iouHead: readMlp(view, maskTokenIou(view)).layers,
  };
}

/** Frame pixels along a side of an image token. */
const PATCH = 16;

/** Operations that move numbers without changing them. */
const PLUMBING = new Set(['Reshape', 'Transpose', 'Unsqueeze', 'Squeeze', 'Identity', 'Flatten', 'Cast', 'Dropout']);
/** Operations that repeat numbers. */
const REPEATING = new Set(['Expand', 'Tile']);

function expect(condition: unknown, what: string): asserts condition {
  if (!condition) throw new UnrecognisedDecoder(`Expected ${what}, as in SAM-1's decoder.`);
}

/** The tensor that `value` is a rearrangement of. */
function behindPlumbing(view: GraphView, value: string, alsoThrough?: ReadonlySet<string>): string {
  let current = value;
  for (let node = view.producer(current); node; node = view.producer(current)) {
    if (!PLUMBING.has(node.opType) && !alsoThrough?.has(node.opType)) break;
    current = node.input[0]!;
  }
  return current;
}

function behind(view: GraphView, value: string, operator: string): NodeProto | undefined {
  const node = view.producer(behindPlumbing(view, value));
  return node?.opType === operator ? node : undefined;
}

/** The linear layer that makes `value`: Gemm, or MatMul with a constant whose sum with a constant is `value`. */
function readLinear(view: GraphView, value: string): Read<LinearWeights> | undefined {
  const node = view.producer(behindPlumbing(view, value));
  if (node?.opType === 'Gemm') return readGemm(view, node);
  if (node?.opType !== 'Add') return undefined;
  for (const [biasInput, productInput] of [node.input, node.input.toReversed()] as [string, string][]) {
    const bias = view.floats(biasInput);
    const product = behind(view, productInput, 'MatMul');
    const weight = product && view.floats(product.input[1]!);
    if (!bias || weight?.dims.length !== 2) continue;
    const [inputs, outputs] = weight.dims as [number, number];
    if (bias.data.length !== outputs) continue;
    return { inputs, outputs, weight: weight.data, bias: bias.data, input: product!.input[0]! };
  }
  return undefined;
}

function readGemm(view: GraphView, node: NodeProto): Read<LinearWeights> | undefined {
  const weight = view.floats(node.input[1]!);
  const bias = view.floats(node.input[2] ?? '');
  if (!weight || !bias) return undefined;
  const turned = attributeOf(node, 'transB')?.i === 1n;
  const [rows, columns] = weight.dims as [number, number];
  return {
    inputs: turned ? columns : rows,
    outputs: turned ? rows : columns,
    weight: turned ? transposed(weight) : weight.data,
    bias: bias.data,
    input: node.input[0]!,
  };
}

/** The linear layers behind `value` with nothing but a ReLU between two, first layer first. */
function readMlp(view: GraphView, value: string): { layers: LinearWeights[]; input: string } {
  const layers: LinearWeights[] = [];
  let current = value;
  for (;;) {
    const linear = readLinear(view, current);
    expect(linear, 'a linear layer at the end of a multilayer perceptron');
    layers.unshift(linear);
    const activation = behind(view, linear.input, 'Relu');
    if (!activation) return { layers, input: linear.input };
    current = activation.input[0]!;
  }
}

/** The normalisation over channels that makes `value`: one node, or the operations that older exports wrote for it. */
function readNorm(view: GraphView, value: string): Read<NormWeights> | undefined {
  const node = view.producer(behindPlumbing(view, value));
  if (node?.opType === 'LayerNormalization') {
    const [scale, shift] = [view.floats(node.input[1]!), view.floats(node.input[2] ?? '')];
    if (!scale || !shift) return undefined;
    const epsilon = attributeOf(node, 'epsilon')?.f ?? 1e-5;
    return { scale: scale.data, shift: shift.data, epsilon, input: node.input[0]! };
  }
  if (node?.opType !== 'Add') return undefined;
  const [shift, scaled] = constantOperand(view, node) ?? [];
  const product = scaled === undefined ? undefined : behind(view, scaled, 'Mul');
  const [scale, unit] = (product && constantOperand(view, product)) ?? [];
  const quotient = unit === undefined ? undefined : behind(view, unit, 'Div');
  const centred = quotient && behind(view, quotient.input[0]!, 'Sub');
  const root = quotient && behind(view, quotient.input[1]!, 'Sqrt');
  const variance = root && behind(view, root.input[0]!, 'Add');
  const [epsilon] = (variance && constantOperand(view, variance)) ?? [];
  if (!shift || !scale || !centred || epsilon?.data.length !== 1) return undefined;
  return { scale: scale.data, shift: shift.data, epsilon: epsilon.data[0]!, input: centred.input[0]! };
}

/** The constant and the other operand of a node with two. */
function constantOperand(view: GraphView, node: NodeProto): [Tensor, string] | undefined {
  const [a, b] = node.input as [string, string];
  const [left, right] = [view.floats(a), view.floats(b)];
  if (left) return [left, b];
  if (right) return [right, a];
  return undefined;
}

/** The attention whose output projection makes `value`. */
function readAttention(view: GraphView, value: string): ReadAttention | undefined {
  const out = readLinear(view, value);
  const weighted = out && behind(view, out.input, 'MatMul');
  const softmax = weighted && behind(view, weighted.input[0]!, 'Softmax');
  const scores = softmax && behindScaling(view, softmax.input[0]!);
  if (scores?.opType !== 'MatMul') return undefined;
  const query = readLinear(view, behindScalingValue(view, scores.input[0]!));
  const key = readLinear(view, behindScalingValue(view, scores.input[1]!));
  const values = readLinear(view, weighted!.input[1]!);
  if (!query || !key || !values) return undefined;
  const heads = headsOf(view, scores.input[0]!);
  expect(
    heads !== undefined && query.outputs % heads === 0,
    'a number of heads that divides the width of an attention',
  );
  return {
    heads,
    query,
    key,
    value: values,
    out: out!,
    from: {
      query: behindPlumbing(view, query.input),
      key: behindPlumbing(view, key.input),
      value: behindPlumbing(view, values.input),
    },
  };
}

function behindScaling(view: GraphView, value: string): NodeProto | undefined {
  return view.producer(behindScalingValue(view, value));
}

/** `value` without rearrangement and without factors, which in SAM are always 1/sqrt(width of a head). */
function behindScalingValue(view: GraphView, value: string): string {
  let current = behindPlumbing(view, value);
  for (let node = view.producer(current); node && ['Mul', 'Div'].includes(node.opType); node = view.producer(current)) {
    const [, other] = constantOperand(view, node) ?? [undefined, node.input[0]!];
    current = behindPlumbing(view, other);
  }
  return current;
}

/** Heads of an attention, from the reshape that takes its queries apart. */
function headsOf(view: GraphView, query: string): number | undefined {
  for (let node = view.producer(query); node; node = view.producer(node.input[0]!)) {
    if (node.opType !== 'Reshape') {
      if (PLUMBING.has(node.opType) || node.opType === 'Mul' || node.opType === 'Div') continue;
      return undefined;
    }
    const shape = shapeEntries(view, node.input[1]!);
    if (shape && shape.length >= 4) return shape.at(-2);
  }
  return undefined;
}

/** The entries of a shape tensor, those computed at run time as undefined. */
function shapeEntries(view: GraphView, shape: string): (number | undefined)[] | undefined {
  const known = view.integers(shape);
  if (known) return known;
  const node = view.producer(shape);
  if (node?.opType !== 'Concat') return undefined;
  return node.input.flatMap((input) => view.integers(input) ?? [undefined]);
}

/** The two parts of a residual sum: the stream and the branch that `readBranch` recognises. */
function readResidual<Branch>(
  view: GraphView,
  value: string,
  readBranch: (value: string) => Branch | undefined,
): [stream: string, branch: Branch] | undefined {
  const sum = behind(view, value, 'Add');
  if (!sum) return undefined;
  for (const [stream, side] of [sum.input, sum.input.toReversed()] as [string, string][]) {
    const branch = readBranch(side);
    if (branch) return [behindPlumbing(view, stream), branch];
  }
  return undefined;
}

interface ReadTransformer {
  layers: LayerWeights[];
  finalAttention: AttentionWeights;
  finalNorm: NormWeights;
  /** Tensor of the prompt tokens. */
  tokens: string;
  /** Tensor of the image tokens, before the first layer. */
  image: string;
}

/** The two-way transformer between its inputs and the tensors that hypernetworks and upscaling read. */
function readTransformer(view: GraphView, tokensOut: string, imageOut: string): ReadTransformer {
  const pickedFrom = view.nearestBehind(tokensOut, (node) => readNorm(view, node.output[0]!) !== undefined);
  const finalNorm = pickedFrom && readNorm(view, pickedFrom.output[0]!);
  expect(finalNorm, 'a normalisation before the hypernetworks');
  const final = readResidual(view, finalNorm.input, (side) => readAttention(view, side));
  expect(final, 'an attention from tokens to image before the last normalisation');
  const layers: LayerWeights[] = [];
  let [queries] = final;
  let keys = behindPlumbing(view, imageOut);
  for (;;) {
    const layer = readLayer(view, queries, keys);
    layers.unshift(layer.weights);
    if (layer.first) {
      return { layers, finalAttention: final[1], finalNorm, tokens: layer.queries, image: layer.keys };
    }
    queries = layer.queries;
    keys = layer.keys;
  }
}

/** The block whose outputs are `queriesOut` and `keysOut`, and the tensors that it reads. */
function readLayer(
  view: GraphView,
  queriesOut: string,
  keysOut: string,
): { weights: LayerWeights; first: boolean; queries: string; keys: string } {
  const norm3 = readNorm(view, queriesOut);
  const afterMlp =
    norm3 &&
    readResidual(view, norm3.input, (side) => {
      const linear = readLinear(view, side);
      return linear && behind(view, linear.input, 'Relu') ? readMlp(view, side) : undefined;
    });
  expect(norm3 && afterMlp, 'a perceptron and a normalisation at the end of a layer');
  const norm2 = readNorm(view, afterMlp[0]);
  const afterCross = norm2 && readResidual(view, norm2.input, (side) => readAttention(view, side));
  expect(norm2 && afterCross, 'an attention from tokens to image before the perceptron');
  const norm1 = readNorm(view, afterCross[0]);
  expect(norm1, 'a normalisation after the self-attention');
  const alone = readAttention(view, norm1.input);
  const withStream = alone ? undefined : readResidual(view, norm1.input, (side) => readAttention(view, side));
  const selfAttention = alone ?? withStream?.[1];
  expect(selfAttention, 'a self-attention at the start of a layer');
  const norm4 = readNorm(view, keysOut);
  const afterImage = norm4 && readResidual(view, norm4.input, (side) => readAttention(view, side));
  expect(norm4 && afterImage, 'an attention from image to tokens in every layer');
  return {
    weights: {
      selfAttention,
      norm1,
      tokenToImage: afterCross[1],
      norm2,
      mlp: afterMlp[1].layers,
      norm3,
      imageToToken: afterImage[1],
      norm4,
    },
    first: alone !== undefined,
    queries: withStream ? withStream[0] : selfAttention.from.value,
    keys: afterImage[0],
  };
}

function readHypernetworks(view: GraphView, value: string): { layers: LinearWeights[]; input: string }[] {
  const stack = view.nearestBehind(value, (node) => node.opType === 'Concat');
  expect(stack && stack.input.length > 1, 'the outputs of several hypernetworks side by side');
  return stack.input.map((input) => readMlp(view, input));
}

/** Both upscaling steps and the tensor that the first reads. */
function readUpscaling(view: GraphView, value: string) {
  const second = view.nearestBehind(value, (node) => node.opType === 'ConvTranspose');
  const first = second && view.nearestBehind(second.input[0]!, (node) => node.opType === 'ConvTranspose');
  expect(first && second, 'two transposed convolutions');
  const between = nodesBetween(view, second.input[0]!, first);
  expectGelu(between);
  expectGelu(nodesBetween(view, value, second));
  const firstWeights = readUpscalingStep(view, first);
  const norm = readChannelNorm(view, between, firstWeights.outputs);
  return { first: firstWeights, norm, second: readUpscalingStep(view, second), input: first.input[0]! };
}

function readUpscalingStep(view: GraphView, node: NodeProto): UpscalingWeights {
  const kernel = view.floats(node.input[1]!);
  const bias = view.floats(node.input[2] ?? '');
  const strides = attributeOf(node, 'strides')?.ints.map(Number);
  expect(
    kernel && bias && kernel.dims[2] === 2 && kernel.dims[3] === 2 && strides?.every((stride) => stride === 2),
    'transposed convolutions of kernel 2 and stride 2 with a bias',
  );
  const [inputs, outputs] = kernel.dims as [number, number];
  return { inputs, outputs, kernel: kernel.data, bias: bias.data };
}

/** Every node on the way back from `value` to `end`, without it. */
function nodesBetween(view: GraphView, value: string, end: NodeProto): NodeProto[] {
  const found: NodeProto[] = [];
  view.nearestBehind(
    value,
    (node) => {
      if (node !== end) found.push(node);
      return false;
    },
    (node) => node !== end,
  );
  return found;
}

function expectGelu(nodes: readonly NodeProto[]): void {
  const exact = nodes.some(
    (node) => node.opType === 'Erf' || (node.opType === 'Gelu' && !attributeOf(node, 'approximate')?.s.length),
  );
  expect(exact, 'an exact GELU after an upscaling or downscaling step');
}

/** A normalisation over channels among `nodes`, in one piece or as the operations that LayerNorm2d is written with. */
function readChannelNorm(view: GraphView, nodes: readonly NodeProto[], channels: number): NormWeights {
  const whole = nodes.find((node) => node.opType === 'LayerNormalization');
  if (whole) {
    const norm = readNorm(view, whole.output[0]!);
    expect(norm && norm.scale.length === channels, 'a normalisation over the channels between upscaling steps');
    return norm;
  }
  const operand = (operator: string, wanted: (tensor: Tensor) => boolean) => {
    for (const node of nodes) {
      if (node.opType !== operator) continue;
      const [tensor] = constantOperand(view, node) ?? [];
      if (tensor && wanted(tensor)) return tensor;
    }
    return undefined;
  };
  const scale = operand('Mul', (tensor) => tensor.data.length === channels);
  const shift = operand('Add', (tensor) => tensor.data.length === channels);
  const epsilon = operand('Add', (tensor) => tensor.data.length === 1 && tensor.data[0]! < 1e-2);
  expect(scale && shift && epsilon, 'a normalisation over the channels between two steps');
  return { scale: scale.data, shift: shift.data, epsilon: epsilon.data[0]! };
}

function readOutputTokens(view: GraphView, tokens: string): Float32Array {
  const joined = behind(view, tokens, 'Concat');
  const constant = joined && view.floats(behindPlumbing(view, joined.input[0]!, REPEATING));
  expect(constant, 'constant output tokens in front of the prompt tokens');
  return constant.data;
}

/** The input of the graph that holds prompt points. */
function pointsInput(view: GraphView): string {
  const name = ['point_coords', 'input_points'].find((each) => view.inputDims(each));
  expect(name, 'an input called point_coords or input_points');
  return name;
}

function readPosition(view: GraphView): { gaussian: Float32Array; inputSize: number } {
  const points = pointsInput(view);
  const projection = view.nearestAhead(points, (node) => {
    const dims = view.constantDims(node.input[1] ?? '');
    return node.opType === 'MatMul' && dims?.length === 2 && dims[0] === 2;
  });
  const gaussian = projection && view.floats(projection.input[1]!);
  const division =
    projection &&
    view.nearestBehind(projection.input[0]!, (node) => {
      const divisor = node.opType === 'Div' ? view.floats(node.input[1]!) : undefined;
      return divisor?.data.length === 1;
    });
  const inputSize = division && view.floats(division.input[1]!)?.data[0];
  expect(gaussian && inputSize, 'points that are divided by the frame and encoded with a random matrix');
  return { gaussian: gaussian.data, inputSize };
}

/** What each label adds, from the comparisons with that label: `embedding * (label == L)` or `where(label == L, ...)`. */
function readLabelEmbeddings(view: GraphView, width: number): Map<number, Float32Array> {
  const embeddings = new Map<number, Float32Array>();
  const wide = (value: string) => {
    const tensor = view.floats(value);
    return tensor?.data.length === width ? tensor.data : undefined;
  };
  for (const node of view.graph.node) {
    if (node.opType !== 'Equal') continue;
    const label = scalarOperand(view, node);
    if (label === undefined) continue;
    let picker = view.consumers(node.output[0]!)[0];
    while (picker && PLUMBING.has(picker.opType)) picker = view.consumers(picker.output[0]!)[0];
    for (const input of picker?.input ?? []) {
      const sum = view.producer(input)?.opType === 'Add' ? view.producer(input) : undefined;
      const embedding = wide(input) ?? sum?.input.map(wide).find((each) => each !== undefined);
      if (embedding && picker?.opType !== 'Not') embeddings.set(label, embedding);
    }
  }
  expect(
    [-1, 0, 1].every((label) => embeddings.has(label)),
    'embeddings of foreground, background and padding points',
  );
  return embeddings;
}

function scalarOperand(view: GraphView, node: NodeProto): number | undefined {
  for (const input of node.input) {
    const numbers = view.floats(input)?.data ?? view.integers(input);
    if (numbers?.length === 1) return numbers[0];
  }
  return undefined;
}

/** What is added to the image embedding before the transformer. */
function readImageInput(
  view: GraphView,
  image: string,
  width: number,
): { noMask: Float32Array; maskPrompt?: MaskPromptWeights } {
  // transformers.js repeats the sum for every prompt
  const sum = view.nearestBehind(image, (node) => node.opType === 'Add');
  expect(sum, 'a dense embedding that is added to the image embedding');
  const isImage = (value: string) => behindPlumbing(view, value, REPEATING) === 'image_embeddings';
  const dense = isImage(sum.input[0]!) ? sum.input[1]! : sum.input[0]!;
  expect(isImage(sum.input[0]!) || isImage(sum.input[1]!), 'an input called image_embeddings');
  const convolution = view.nearestBehind(dense, (node) => node.opType === 'Conv');
  const noMask = noMaskEmbedding(view, dense, width, convolution);
  expect(noMask, 'a dense embedding for prompts without a mask');
  return convolution ? { noMask, maskPrompt: readMaskPrompt(view, convolution) } : { noMask };
}

function noMaskEmbedding(
  view: GraphView,
  dense: string,
  width: number,
  convolution: NodeProto | undefined,
): Float32Array | undefined {
  const constant = (value: string) => {
    const dims = view.constantDims(value);
    return dims && dims.length === 4 && elementCount(dims) === width ? view.floats(value)?.data : undefined;
  };
  const direct = constant(behindPlumbing(view, dense, REPEATING));
  if (direct) return direct;
  const holder = view.nearestBehind(
    dense,
    (node) => node !== convolution && node.input.some((input) => constant(input)),
    (node) => node !== convolution,
  );
  return holder?.input.map(constant).find((each) => each !== undefined);
}

function readMaskPrompt(view: GraphView, last: NodeProto): MaskPromptWeights {
  const convolutions: DownscalingWeights[] = [];
  const norms: NormWeights[] = [];
  let node: NodeProto | undefined = last;
  while (node) {
    const kernel = view.floats(node.input[1]!);
    const bias = view.floats(node.input[2] ?? '');
    expect(kernel && bias, 'convolutions with a bias behind the mask prompt');
    const [outputs, , side] = kernel.dims as [number, number, number];
    convolutions.unshift({ outputs, side, kernel: kernel.data, bias: bias.data });
    const before: NodeProto | undefined = view.nearestBehind(node.input[0]!, (each) => each.opType === 'Conv');
    if (before) {
      const between = nodesBetween(view, node.input[0]!, before);
      expectGelu(between);
      norms.unshift(readChannelNorm(view, between, view.constantDims(before.input[1]!)![0]!));
    }
    node = before;
  }
  return { convolutions, norms };
}

function transposed({ dims, data }: Tensor): Float32Array {
  const [rows, columns] = dims as [number, number];
  const turned = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j]!;
  return turned;
}
