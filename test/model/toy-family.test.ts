import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { resizeLikePil } from '../../src/image/pil-resize.js';
import { MaskMeasurer } from '../../src/mask/logits/mask-measurer.js';
import { createResizePlan } from '../../src/mask/logits/resize-plan.js';
import { maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { rowMajorFromMaskRuns } from '../../src/mask/runs/dense-mask.js';
import { loadModel } from '../../src/model/runtime/load-model.js';
import { fixtureUrl } from '../support/fixture.js';
import { runMain } from '../support/run-cli.js';
import { TOY_ENTRY } from '../support/toy-family/toy-catalogue.js';

/*
 * A family that shares no size with SAM: one contract module and one catalogue entry, both in test/, are all there is of it.
 */
const { pixelMean, pixelStd, maskThreshold } = TOY_ENTRY.geometry;
const [WIDTH, HEIGHT, FRAME, LOW] = [300, 200, 512, 128];

/** More would spin. */
const ONE_THREAD = { intraOpNumThreads: 1 };
const ONE_WORKER = ['--workers', '1', '--threads', '1'];

/** Masks of the three answers to one point, row-major, by the contract and a plain loop over every pixel. */
async function plainMasks(
  data: Uint8Array,
  x: number,
  y: number,
): Promise<{ masks: Uint8Array[]; ious: Float32Array }> {
  const encoder = await ort.InferenceSession.create(TOY_ENTRY.encoder.path, ONE_THREAD);
  const decoder = await ort.InferenceSession.create(TOY_ENTRY.decoder.path, ONE_THREAD);
  const resized = resizeLikePil({ data, width: WIDTH, height: HEIGHT }, FRAME, FRAME).data;
  const pixels = new Float32Array(3 * FRAME * FRAME);
  for (let i = 0; i < FRAME * FRAME; i++) {
    for (let c = 0; c < 3; c++) pixels[c * FRAME * FRAME + i] = (resized[3 * i + c] - pixelMean[c]) / pixelStd[c];
  }
  const embedding = await encoder.run({ pixels: new ort.Tensor('float32', pixels, [1, 3, FRAME, FRAME]) });
  const { masks, quality } = await decoder.run({
    tokens: embedding.tokens,
    fine: embedding.fine,
    where: new ort.Tensor('float32', [(x / WIDTH) * FRAME, (y / HEIGHT) * FRAME], [1, 1, 2]),
    kind: new ort.Tensor('float32', [1], [1, 1]),
    earlier: new ort.Tensor('float32', new Float32Array(LOW * LOW), [1, 1, LOW, LOW]),
  });
  const logits = masks.data as Float32Array;
  return {
    masks: [0, 1, 2].map((mask) => plainMaskOf(logits.subarray(mask * LOW * LOW, (mask + 1) * LOW * LOW))),
    ious: quality.data as Float32Array,
  };
}

/** Bilinear with half-pixel centres, one resize. */
function plainMaskOf(logits: Float32Array): Uint8Array {
  const tap = (o: number, outputs: number) => {
    const at = Math.min(LOW - 1, Math.max(0, ((o + 0.5) * LOW) / outputs - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(LOW - 1, low + 1), share: at - low };
  };
  return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [h, v] = [tap(i % WIDTH, WIDTH), tap(Math.floor(i / WIDTH), HEIGHT)];
    const row = (y: number) => logits[y * LOW + h.low] * (1 - h.share) + logits[y * LOW + h.high] * h.share;
    return row(v.low) * (1 - v.share) + row(v.high) * v.share > maskThreshold ? 1 : 0;
  });
}

const differing = (a: Uint8Array, b: Uint8Array) => a.reduce((count, value, i) => count + (value === b[i] ? 0 : 1), 0);

describe('a second family', () => {
  let root: string;
  let data: Uint8Array;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    await writeFile(join(root, 'catalogue.json'), JSON.stringify([TOY_ENTRY]));
    process.env.SAM_CLI_CATALOGUE = join(root, 'catalogue.json');
    const photo = join(root, 'photo.png');
    await sharp(fileURLToPath(fixtureUrl('images/coffee.png')))
      .resize(WIDTH, HEIGHT, { fit: 'fill' })
      .toFile(photo);
    data = await sharp(photo).removeAlpha().raw().toBuffer();
  });
  after(async () => {
    delete process.env.SAM_CLI_CATALOGUE;
    await rm(root, { recursive: true });
  });

  it('answers as a plain loop over its tensors does', async () => {
    const model = await loadModel('toy', { threads: 1 });
    const encoded = await model.encode({ data, width: WIDTH, height: HEIGHT });
    const [x, y] = [150, 80];
    const coords = Float32Array.of(20, 20, x, y);
    const decoded = await encoded.decode({ count: 2, pointsPerPrompt: 1, coords, labels: Float32Array.of(1, 1) });
    const plan = createResizePlan({ width: WIDTH, height: HEIGHT, geometry: model.geometry });
    const measurer = new MaskMeasurer(plan, { maskThreshold });
    const expected = await plainMasks(data, x, y);
    for (let mask = 0; mask < 3; mask++) {
      assert.ok(Math.abs(decoded.iouPredictions[3 + mask] - expected.ious[mask]) < 1e-6);
      measurer.measure(decoded.logits, decoded.offsets[3 + mask], decoded.cellsHigh);
      const runsColumnMajor = measurer.runsColumnMajor.slice();
      const found = rowMajorFromMaskRuns({ width: WIDTH, height: HEIGHT, runsColumnMajor });
      assert.ok(measurer.area > 100, `${measurer.area} pixels`);
      // positions are rounded to float32 in the product, so a pixel on the line may fall to the other side
      assert.ok(differing(found, expected.masks[mask]) <= 3, `mask ${mask}`);
    }
    await model.release();
  });

  it('runs everything', async () => {
    const out = join(root, 'everything');
    const args = ['--model', 'toy', '--points-per-side', '3', '--pred-iou-thresh', '0.9', ...ONE_WORKER, '--out', out];
    const run = await runMain('everything', join(root, 'photo.png'), ...args);
    assert.equal(run.exitCode, 0, run.stderr);
    const { annotations } = JSON.parse(await readFile(join(out, 'photo.json'), 'utf8'));
    assert.ok(annotations.length >= 3, `${annotations.length} masks`);
    for (const { point_coords, predicted_iou, segmentation } of annotations) {
      const [[x, y]] = point_coords;
      const expected = await plainMasks(data, x, y);
      const which = expected.ious.findIndex((iou) => Math.abs(iou - predicted_iou) < 1e-6);
      const found = rowMajorFromMaskRuns(maskRunsFromCocoRle(segmentation));
      assert.ok(differing(found, expected.masks[which]) <= 3, `at ${x}, ${y}`);
    }
  });

  it('runs segment, with embeddings kept and a mask fed back', async () => {
    for (const pass of ['first', 'second']) {
      const out = join(root, pass);
      const args = ['--model', 'toy', '--point', '150,80', '--refine', '1', '--embeddings', join(root, 'cache')];
      const flags = ['--embeddings-type', 'fp32', '--out', out, ...ONE_WORKER];
      const run = await runMain('segment', join(root, 'photo.png'), ...args, ...flags);
      assert.equal(run.exitCode, 0, run.stderr);
    }
    const [first, second] = await Promise.all(
      ['first', 'second'].map(async (pass) => JSON.parse(await readFile(join(root, pass, 'photo.json'), 'utf8'))),
    );
    assert.deepEqual(second.annotations, first.annotations);
    const [{ segmentation, area }] = first.annotations;
    const found = rowMajorFromMaskRuns(maskRunsFromCocoRle(segmentation));
    assert.equal(found[80 * WIDTH + 150], 1);
    // the hint of the earlier mask makes the disc larger than the best one without it
    const expected = await plainMasks(data, 150, 80);
    const smallest = expected.masks[0].reduce((sum, value) => sum + value, 0);
    assert.ok(area > smallest, `${area} pixels against ${smallest}`);
  });

  it('says which models there are and what is wrong with a catalogue', async () => {
    const unknown = await runMain('everything', join(root, 'photo.png'), '--model', 'other', '--out', join(root, 'x'));
    assert.match(unknown.stderr, /Expected a model of the catalogue \(minisam, .*, toy\) but received other/);
    await writeFile(join(root, 'broken.json'), '{');
    process.env.SAM_CLI_CATALOGUE = join(root, 'broken.json');
    const broken = await runMain('everything', join(root, 'photo.png'), '--out', join(root, 'x'));
    process.env.SAM_CLI_CATALOGUE = join(root, 'catalogue.json');
    assert.equal(broken.exitCode, 2);
    assert.match(
      broken.stderr,
      /Expected a catalogue of models in .*broken\.json \(SAM_CLI_CATALOGUE\) but could not read it/,
    );
  });
});
