import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { listSupportedBackends } from 'onnxruntime-node';
import { SamError } from '../../../src/errors.js';
import { modelBytes, readModel } from '../../../src/model/onnx/model-bytes.js';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
} from '../../../src/model/onnx/onnx_pb.js';
import type { Decoder } from '../../../src/model/runtime/decoder.js';
import { type DecoderNotice, loadDecoder } from '../../../src/model/runtime/load-decoder.js';
import { Session } from '../../../src/model/runtime/session.js';
import type { PromptBatch } from '../../../src/sam/segmentation-model.js';
import { exportPath } from '../../support/plain-exports.js';
import { randomNumbers } from '../../support/random-numbers.js';
import { decoderContractOf, placedAt, sam1Embedding, sam1Geometry } from '../../support/sam1.js';
import { SMALL_DECODERS, smallDecoder } from '../../support/small-decoders.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const official = decoderContractOf('official');

/** Loads a decoder for one thread: others would spin between small runs. */
function load(...[bytes, contract, geometry, options]: Parameters<typeof loadDecoder>): Promise<Decoder> {
  return loadDecoder(bytes, contract, geometry, { threads: 1, ...options });
}

const points: PromptBatch = {
  count: 3,
  pointsPerPrompt: 2,
  coords: Float32Array.of(10, 20, 90, 15, 50, 60, 30, 5, 1, 2, 80, 70),
  labels: Float32Array.of(1, 0, 1, 1, 0, 1),
};
const box: PromptBatch = {
  count: 1,
  pointsPerPrompt: 3,
  coords: Float32Array.of(10, 20, 90, 60, 40, 40),
  labels: Float32Array.of(2, 3, 1),
};

for (const { file, width, grid, takesBoxesAndMasks } of SMALL_DECODERS) {
  describe(`${file} compiled`, () => {
    const geometry = sam1Geometry(grid);
    let [compiled, exported]: Decoder[] = [];
    before(async () => {
      const notices: DecoderNotice[] = [];
      const bytes = await smallDecoder(file);
      const cacheDir = await mkdtemp(join(tmpdir(), 'sam-cli-test-'));
      compiled = await load(bytes, decoderContractOf(file), geometry, {
        cacheDir,
        onNotice: (notice) => notices.push(notice),
      });
      await rm(cacheDir, { recursive: true });
      exported = await load(bytes, decoderContractOf(file), geometry, { form: 'as-exported' });
      assert.deepEqual(notices, []);
      assert.equal(compiled.form, 'compiled');
    });
    after(async () => {
      await compiled.release();
      await exported.release();
    });

    for (const [shape, inputHigh, inputWide] of [
      ['landscape', 0.63, 1],
      ['portrait', 1, 0.41],
      ['square', 1, 1],
    ] as const) {
      it(`answers like the export (${shape})`, async () => {
        const placed = placedAt(100, 80, Math.round(16 * grid * inputWide), Math.round(16 * grid * inputHigh));
        const embedding = sam1Embedding(randomNumbers(width * grid * grid, 5), grid);
        const [ours, theirs] = [await compiled.forImage(embedding, placed), await exported.forImage(embedding, placed)];
        const batches = [points];
        if (takesBoxesAndMasks) {
          batches.push(box, { ...points, maskInput: randomNumbers(3 * 16 * grid * grid, 6).map((value) => value * 8) });
        }
        for (const batch of batches) {
          for (const [masks, cells] of [
            ['multi', 'covered'],
            ['single', 'covered'],
            ['multi', 'all'],
          ] as const) {
            const expected = await theirs.decode(batch, { masks, cells });
            const found = await ours.decode(batch, { masks, cells });
            if (cells === 'all') assert.deepEqual([expected.cellsWide, expected.cellsHigh], [4 * grid, 4 * grid]);
            assert.equal(found.cellsWide, expected.cellsWide);
            assert.equal(found.cellsHigh, expected.cellsHigh);
            assert.deepEqual(found.offsets, expected.offsets);
            closeTo(found.iouPredictions, expected.iouPredictions, 1e-5);
            const total = expected.offsets.length * expected.cellsWide * expected.cellsHigh;
            closeTo(found.logits.subarray(0, total), expected.logits.subarray(0, total), 1e-5);
          }
        }
      });
    }
  });
}

test('masks that the predicted IoU rejects are left out, those of the others stay the same', async (context) => {
  const { decoder, image } = await smallImage(context, 'official_single.onnx');
  const all = await image.decode(points);
  const logits = all.logits.slice();
  const threshold = [...all.iouPredictions].sort((a, b) => a - b)[5];
  const kept = await image.decode(points, { predIouThresh: threshold });
  const size = all.cellsWide * all.cellsHigh;
  all.iouPredictions.forEach((iou, mask) => {
    assert.equal(kept.offsets[mask] >= 0, iou > threshold);
    if (iou > threshold) {
      const from = kept.offsets[mask];
      assert.deepEqual(kept.logits.slice(from, from + size), logits.slice(all.offsets[mask], all.offsets[mask] + size));
    }
  });
  const none = await image.decode(points, { predIouThresh: 1e9 });
  assert.ok(none.offsets.every((offset) => offset === -1));
  await decoder.release();
});

test('the compiled form is kept, used again, and rebuilt when damaged or cut short', async (context) => {
  const cacheDir = await temporaryFolder(context);
  const bytes = await smallDecoder('official_single.onnx');
  await (await load(bytes, official, sam1Geometry(16), { cacheDir })).release();
  const [file] = await readdir(join(cacheDir, 'compiled-decoders'));
  const path = join(cacheDir, 'compiled-decoders', file);
  const whole = await readFile(path);
  const damaged = Buffer.from(whole);
  damaged[damaged.length >> 1] ^= 1;
  for (const content of [damaged, whole.subarray(0, 1000), Buffer.alloc(0)]) {
    await writeFile(path, content);
    const decoder = await load(bytes, official, sam1Geometry(16), { cacheDir });
    assert.equal(decoder.form, 'compiled');
    await decoder.release();
    assert.deepEqual(await readFile(path), whole);
    assert.deepEqual(await readdir(join(cacheDir, 'compiled-decoders')), [file]);
  }
});

test('a cache folder that cannot be written does not stop anything', async (context) => {
  const folder = await temporaryFolder(context);
  const cacheDir = join(folder, 'a file');
  await writeFile(cacheDir, '');
  const decoder = await load(await smallDecoder('official_single.onnx'), official, sam1Geometry(16), {
    cacheDir,
  });
  assert.equal(decoder.form, 'compiled');
  await decoder.release();
});

test('a decoder that is built differently runs as exported, with a notice that says why', async (context) => {
  const model = readModel(await smallDecoder('official_single.onnx'));
  // another activation between the layers of a perceptron
  for (const node of model.graph.node) if (node.name.includes('/mlp/act/')) node.opType = 'Sigmoid';
  const notices: DecoderNotice[] = [];
  const options = {
    cacheDir: await temporaryFolder(context),
    onNotice: (notice: DecoderNotice) => notices.push(notice),
  };
  const decoder = await load(modelBytes(model), official, sam1Geometry(16), options);
  assert.equal(decoder.form, 'as-exported');
  assert.equal(notices.length, 1);
  assert.match(notices[0].reason, /^Expected a perceptron .* as in SAM-1's decoder\.$/);
  const placed = placedAt(256, 256, 256, 256);
  const image = await decoder.forImage(sam1Embedding(randomNumbers(32 * 16 * 16, 1), 16), placed);
  assert.equal((await image.decode(points)).masksPerPrompt, 3);
  await decoder.release();
});

test('a quantised decoder runs as exported, with a notice', async (context) => {
  const notices: DecoderNotice[] = [];
  const options = {
    cacheDir: await temporaryFolder(context),
    onNotice: (notice: DecoderNotice) => notices.push(notice),
  };
  const decoder = await load(await smallDecoder('official_single_quantised.onnx'), official, sam1Geometry(16), options);
  assert.equal(decoder.form, 'as-exported');
  assert.equal(notices.length, 1);
  const placed = placedAt(256, 256, 256, 256);
  const image = await decoder.forImage(sam1Embedding(randomNumbers(32 * 16 * 16, 1), 16), placed);
  const answer = await image.decode(points);
  assert.equal(answer.masksPerPrompt, 3);
  assert.ok(answer.iouPredictions.every(Number.isFinite));
  await decoder.release();
});

test('a decoder of half floats runs as exported, also when its outputs are cast to floats', async (context) => {
  const contract = decoderContractOf('transformers_js');
  const bytes = await readFile(exportPath('exports/transformers_js_decoder_fp16.onnx'));
  const model = readModel(bytes);
  for (const output of model.graph.output) {
    const half = `${output.name}_half`;
    for (const node of model.graph.node) node.output = node.output.map((name) => (name === output.name ? half : name));
    const to = { name: 'to', type: AttributeProto_AttributeType.INT, i: BigInt(TensorProto_DataType.FLOAT) };
    const attribute = [create(AttributeProtoSchema, to)];
    const cast = create(NodeProtoSchema, { opType: 'Cast', input: [half], output: [output.name], attribute });
    model.graph.node.push(cast);
    if (output.type?.value.case === 'tensorType') output.type.value.value.elemType = TensorProto_DataType.FLOAT;
  }
  const answers = [];
  for (const each of [bytes, modelBytes(model)]) {
    const notices: DecoderNotice[] = [];
    const decoder = await load(each, contract, sam1Geometry(12), {
      cacheDir: await temporaryFolder(context),
      onNotice: (notice) => notices.push(notice),
    });
    assert.equal(decoder.form, 'as-exported');
    assert.deepEqual(
      notices.map(({ reason }) => reason),
      ["Expected weights of 32 bits, not half floats, as in SAM-1's decoder."],
    );
    const embedding = sam1Embedding(randomNumbers(64 * 12 * 12, 1), 12);
    const positions = { ...embedding[0], name: 'image_positional_embeddings' };
    const image = await decoder.forImage([...embedding, positions], placedAt(192, 192, 192, 192));
    const { iouPredictions, logits, offsets } = await image.decode(points);
    assert.deepEqual(
      [...offsets],
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((mask) => mask * 48 * 48),
    );
    answers.push({ iouPredictions, logits: logits.slice() });
    await decoder.release();
  }
  assert.ok(answers[0].iouPredictions.every(Number.isFinite));
  assert.deepEqual(answers[1], answers[0]);
});

/** A decoder that is recognised and compiles to something that answers otherwise. */
async function misleadingDecoder(): Promise<Uint8Array> {
  const model = readModel(await smallDecoder('official_single.onnx'));
  // the compiler takes scores to be divided by the root of a head's width; this export divides by something else
  for (const node of model.graph.node) {
    const value = node.opType === 'Constant' ? node.attribute[0].t : undefined;
    if (value?.dataType !== 1 || value.dims.length > 0 || value.rawData.length !== 4) continue;
    const data = new Float32Array(new Uint8Array(value.rawData).buffer);
    if (Math.abs(data[0] - Math.sqrt(8)) < 1e-6) value.rawData = new Uint8Array(Float32Array.of(1.5).buffer);
  }
  return modelBytes(model);
}

test('a decoder whose compiled form disagrees runs as exported and is not kept', async (context) => {
  const cacheDir = await temporaryFolder(context);
  const notices: DecoderNotice[] = [];
  const decoder = await load(await misleadingDecoder(), official, sam1Geometry(16), {
    cacheDir,
    onNotice: (notice) => notices.push(notice),
  });
  assert.equal(decoder.form, 'as-exported');
  assert.match(notices[0].reason, /^The compiled graph's logits differ by/);
  assert.deepEqual(await readdir(cacheDir), []);
  await decoder.release();
});

test('a decoder that falls back to its exported form leaves no other session behind', async (context) => {
  const wrongSize = { ...sam1Geometry(16), lowResSize: 32 };
  for (const [bytes, geometry, reason] of [
    [await misleadingDecoder(), sam1Geometry(16), /logits differ/],
    // the comparison itself fails: mask prompts of that size are none for the export
    [await smallDecoder('official_single.onnx'), wrongSize, /mask_input/],
  ] as const) {
    const opened = context.mock.method(Session, 'open');
    const released = context.mock.method(Session.prototype, 'release');
    const notices: DecoderNotice[] = [];
    const decoder = await load(bytes, official, geometry, {
      cacheDir: await temporaryFolder(context),
      onNotice: (notice) => notices.push(notice),
    });
    assert.equal(decoder.form, 'as-exported');
    assert.match(notices[0].reason, reason);
    assert.equal(released.mock.callCount(), opened.mock.callCount() - 1);
    context.mock.restoreAll();
    await decoder.release();
  }
});

test('the device that was asked for holds for a decoder that falls back to its exported form', async (context) => {
  const available = listSupportedBackends().map(({ name }) => name);
  const device = (['coreml', 'dml'] as const).find((name) => !available.includes(name));
  if (!device) return context.skip('this onnxruntime has both');
  const strange = await misleadingDecoder();
  const quantised = await smallDecoder('official_single_quantised.onnx');
  for (const bytes of [strange, quantised]) {
    const options = { cacheDir: await temporaryFolder(context), device };
    await assert.rejects(load(bytes, official, sam1Geometry(16), options), {
      code: 'bad-usage',
      message: new RegExp(`but received ${device}$`),
    });
  }
});

test('prompts that a decoder cannot take are refused, compiled or not', async (context) => {
  const cacheDir = await temporaryFolder(context);
  const bytes = await smallDecoder('transformers_js.onnx');
  for (const form of ['compiled', 'as-exported'] as const) {
    const decoder = await load(bytes, decoderContractOf('transformers_js'), sam1Geometry(12), {
      cacheDir,
      form,
    });
    const placed = placedAt(192, 192, 192, 192);
    const image = await decoder.forImage(sam1Embedding(randomNumbers(64 * 12 * 12, 1), 12), placed);
    await assert.rejects(image.decode(box), SamError);
    await assert.rejects(image.decode({ ...points, maskInput: new Float32Array(3 * 48 * 48) }), SamError);
    await decoder.release();
  }
});

test("a transformers.js decoder whose random matrix cannot be read runs with the encoder's positions", async (context) => {
  const whole = await smallDecoder('transformers_js.onnx');
  const model = readModel(whole);
  // as in quantised exports: the matrix is computed in the graph, not written in the file
  const matrix = model.graph.initializer.find(({ dims }) => dims.length === 2 && dims[0] === 2n && dims[1] === 32n);
  assert.ok(matrix);
  const name = matrix.name;
  matrix.name = 'packed';
  const unpack = create(NodeProtoSchema, { opType: 'Identity', name: 'unpack', input: ['packed'], output: [name] });
  model.graph.node.unshift(unpack);
  const notices: DecoderNotice[] = [];
  const contract = decoderContractOf('transformers_js');
  const geometry = sam1Geometry(12);
  const cacheDir = await temporaryFolder(context);
  const packed = await load(modelBytes(model), contract, geometry, {
    cacheDir,
    onNotice: (notice) => notices.push(notice),
  });
  assert.equal(packed.form, 'as-exported');
  assert.equal(notices[0].kind, 'decoder-as-exported');
  const embedding = sam1Embedding(randomNumbers(64 * 12 * 12, 1), 12);
  const placed = placedAt(100, 80, 192, 154);
  await assert.rejects(packed.forImage(embedding, placed), {
    code: 'bad-model',
    message: /^Expected the encoder's image_positional_embeddings/,
  });
  const { constants } = await contract.prepared(whole, geometry);
  const { dims, data } = constants.image_positional_embeddings;
  const positions = { name: 'image_positional_embeddings', dims, data: data as Float32Array };
  const image = await packed.forImage([...embedding, positions], placed);
  const open = await load(whole, contract, geometry, { form: 'as-exported' });
  const expected = await (await open.forImage(embedding, placed)).decode(points);
  const found = await image.decode(points);
  closeTo(found.iouPredictions, expected.iouPredictions, 1e-6);
  closeTo(found.logits, expected.logits, 1e-5);
  await packed.release();
  await open.release();
});

async function smallImage(context: Parameters<typeof temporaryFolder>[0], file: string) {
  const decoder: Decoder = await load(await smallDecoder(file), official, sam1Geometry(16), {
    cacheDir: await temporaryFolder(context),
  });
  const placed = placedAt(100, 80, 256, 205);
  return { decoder, image: await decoder.forImage(sam1Embedding(randomNumbers(32 * 16 * 16, 1), 16), placed) };
}

function closeTo(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  assert.ok(worst <= tolerance, `differs by ${worst}`);
}
