import { test } from 'node:test';
import type { DecoderWeights, LinearWeights } from '../../../../src/model/compile/decoder-weights.js';
import { centredUpscaling, residualBiasFolded } from '../../../../src/model/compile/identities/centred-norm.js';
import { upscalingAsProduct } from '../../../../src/model/compile/identities/upscaling.js';
import {
  inverseDeviation,
  type NormalisedUpdate,
  productsWithImage,
  sumsOverImage,
} from '../../../../src/model/compile/low-rank/image-terms.js';
import { LayerMaps, type LowRank } from '../../../../src/model/compile/low-rank/layer-maps.js';
import { lowRankReadings, outputSquares } from '../../../../src/model/compile/low-rank/low-rank-readings.js';
import { lowRankUpscaling, upscaledChunks } from '../../../../src/model/compile/low-rank/low-rank-upscaling.js';
import { outputReading, SHARED } from '../../../../src/model/compile/shared-image.js';
import { headsApart, linear } from '../../../../src/model/compile/token-ops.js';
import type { GraphBuilder, Value } from '../../../../src/model/onnx/graph-builder.js';
import { closeTo } from '../../../support/close-to.js';
import {
  added,
  attendedOf,
  attentionWeightsOf,
  flat,
  linearOf,
  type Matrix,
  normOf,
  randomAttention,
  randomMatrix,
  randomNorm,
  turned,
} from '../../../support/plain-decoder.js';
import { randomNumbers } from '../../../support/random-numbers.js';
import { runGraph } from '../../../support/run-graph.js';

const [C, C1, T, LAYERS, wide, high] = [16, 8, 3, 3, 5, 4];
const N = wide * high;
/** What reads the tokens after the last layer, with heads of another width than the layers' own. */
const reader = randomAttention(C, 8, 2);
const upscaling1 = { inputs: C, outputs: C1, kernel: randomNumbers(C * C1 * 4, 1), bias: randomNumbers(C1, 2) };
const weights = {
  width: C,
  gridWide: wide,
  gridHigh: high,
  layers: Array.from({ length: LAYERS }, () => ({
    tokenToImage: randomAttention(C, 8, 2),
    imageToToken: randomAttention(C, 12, 3),
    norm4: randomNorm(C),
  })),
  finalAttention: reader,
  upscaling1,
} as unknown as DecoderWeights;

// layer by layer, as the textbook has it
const image = randomMatrix(N, C);
const tokens = weights.layers.map(() => randomMatrix(T, C));
let before = image;
const layers = weights.layers.map(({ imageToToken, norm4 }, layer) => {
  const attention = attentionWeightsOf(imageToToken, before, tokens[layer]);
  const sum = added(before, attendedOf(imageToToken, attention, tokens[layer]));
  before = normOf(sum, norm4);
  const inverse = sum.map((row) => {
    const mean = row.reduce((a, b) => a + b, 0) / C;
    return 1 / Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / C + norm4.epsilon);
  });
  return { attention, inverse };
});
const after = before;

const inputs = {
  image: { dims: [N, C], data: flat(image) },
  covered: { dims: [2], data: BigInt64Array.of(4n, 3n) },
  ...Object.fromEntries(
    layers.flatMap(({ attention }, i) => [
      [`a${i}`, { dims: [3 * T, N], data: flat(turned(attention)) }],
      [`tokens${i}`, { dims: [1, T, C], data: flat(tokens[i]) }],
    ]),
  ),
};

/** The image's side and the updates of all layers, their deviations included. */
function updatesIn(graph: GraphBuilder, values: Record<string, Value>) {
  const maps = new LayerMaps(weights);
  const at: LowRank = { graph, weights, maps };
  const f = residualBiasFolded(graph, 'f', values.image, maps.residualBias(0));
  for (const reading of lowRankReadings(weights, maps)) outputReading(graph, reading, f, weights);
  const updates: NormalisedUpdate[] = [];
  weights.layers.forEach(({ imageToToken: { heads } }, layer) => {
    outputSquares(at, layer, f);
    const value = headsApart(
      graph,
      `v${layer}`,
      linear(graph, `v${layer}`, values[`tokens${layer}`], maps.value(layer)),
      heads,
    );
    const update = { layer, weights: values[`a${layer}`], values: value };
    updates.push({ ...update, inverseDeviation: inverseDeviation(at, `r${layer}`, update, updates) });
  });
  return { at, f, updates };
}

test('deviations follow from the updates of the layers', async () => {
  const found = await runGraph(inputs, (graph, values) =>
    updatesIn(graph, values).updates.map(({ inverseDeviation }) => inverseDeviation),
  );
  layers.forEach(({ inverse }, layer) => {
    closeTo(found[layer], inverse, 5e-5);
  });
});

/** A projection of the tokens without its bias, and without the last shift, which the terms leave out. */
function projected(projection: LinearWeights): Matrix {
  const { shift } = weights.layers[LAYERS - 1].norm4;
  const unshifted = after.map((row) => row.map((value, c) => value - shift[c]));
  return linearOf(unshifted, { ...projection, bias: new Float32Array(projection.outputs) });
}

test('products with image tokens that are never made', async () => {
  const left = randomMatrix(2 * T, 4);
  const all = { ...inputs, left: { dims: [1, 2, T, 4], data: flat(left) } };
  const [found] = await runGraph(all, (graph, values) => {
    const { at, updates } = updatesIn(graph, values);
    const matrixOf = ({ layer }: { layer: number }) => at.maps.reading(LAYERS, layer, reader.key);
    return productsWithImage(at, 'products', values.left, { heads: 2, image: SHARED.key(LAYERS), matrixOf }, updates);
  });
  const keys = projected(reader.key);
  const expected = left.map((row, pair) => {
    const head = Math.floor(pair / T);
    return keys.map((key) => row.reduce((sum, value, i) => sum + value * key[4 * head + i], 0));
  });
  closeTo(found, flat(expected), 5e-5);
});

test('sums over image tokens that are never made', async () => {
  const shares = randomMatrix(2 * T, N);
  const all = { ...inputs, shares: { dims: [2 * T, N], data: flat(shares) } };
  const [found] = await runGraph(all, (graph, values) => {
    const { at, updates } = updatesIn(graph, values);
    const matrixOf = ({ layer }: { layer: number }) => at.maps.reading(LAYERS, layer, reader.value);
    return sumsOverImage(at, 'sums', values.shares, { heads: 2, image: SHARED.value(LAYERS), matrixOf }, updates);
  });
  const seen = projected(reader.value);
  const expected = shares.map((row, pair) => {
    const head = Math.floor(pair / T);
    return [0, 1, 2, 3].map((i) => row.reduce((sum, share, n) => sum + share * seen[n][4 * head + i], 0));
  });
  closeTo(found, flat(expected), 2e-4);
});

test('the first upscaling step of image tokens that are never made, chunk by chunk', async () => {
  const chunks = await runGraph(inputs, (graph, values) => {
    const { at, f, updates } = updatesIn(graph, values);
    const shared = upscaledChunks(at, { name: 'upscaled', tokens: f }, values.covered);
    return lowRankUpscaling(at, shared, updates, values.covered);
  });
  const product = linearOf(after, upscalingAsProduct(centredUpscaling(upscaling1)));
  const found = chunks.flatMap((chunk) => [...chunk]);
  closeTo(found, flat(product.filter((_, i) => Math.floor(i / high) < 4 && i % high < 3)), 5e-5);
});
