import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import { rowMajorFromMaskRuns } from '../../../src/mask/runs/dense-mask.js';
import { ownModelEntry } from '../../../src/model/catalogue/own-model.js';
import { loadContract } from '../../../src/model/contracts/load-contract.js';
import { placedImage } from '../../../src/model/runtime/decoder.js';
import { loadDecoder } from '../../../src/model/runtime/load-decoder.js';
import { loadModel } from '../../../src/model/runtime/load-model.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';
import { fixtureUrl } from '../../support/fixture.js';
import {
  exportPath,
  PLAIN_EXPORTS,
  type PlainAnswer,
  type PlainExport,
  plainAnswers,
} from '../../support/plain-exports.js';
import { runMain } from '../../support/run-cli.js';

const [WIDTH, HEIGHT] = [150, 100];
/** Sums are made in another order, so a pixel on the line may fall to the other side. */
const PIXELS = 4;
const IOU = 1e-4;

interface Annotation {
  readonly segmentation: { size: [number, number]; counts: string };
  readonly predicted_iou: number;
  readonly point_coords: [number, number][];
}

const differing = (a: Uint8Array, b: Uint8Array) => a.reduce((count, value, i) => count + (value === b[i] ? 0 : 1), 0);

/** Whether a record is one of the masks that the plain loop made. */
function assertOneOf({ segmentation, predicted_iou }: Annotation, { masks, ious }: PlainAnswer, where: string): void {
  const pixels = rowMajorFromMaskRuns(maskRunsFromCocoRle(segmentation));
  const near = masks.filter((_, i) => Math.abs(ious[i] - predicted_iou) < IOU);
  assert.ok(near.length > 0, `${where}: IoU ${predicted_iou} against ${ious}`);
  const differences = near.map((mask) => differing(mask, pixels));
  assert.ok(Math.min(...differences) <= PIXELS, `${where}: ${differences} pixels differ`);
}

/** Equal but for sums that are made in another order. */
function assertClose(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  assert.ok(worst <= 1e-4 * largest, `differs by ${worst} where numbers reach ${largest}`);
}

function filesOf({ encoder, decoder }: PlainExport): string[] {
  return ['--encoder', exportPath(encoder), '--decoder', exportPath(decoder)];
}

describe('families of exports', () => {
  let root: string;
  let photo: string;
  let data: Uint8Array;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    process.env.SAM_CLI_CACHE_DIR = join(root, 'cache');
    photo = join(root, 'photo.png');
    await sharp(fileURLToPath(fixtureUrl('images/coffee.png')))
      .resize(WIDTH, HEIGHT, { fit: 'fill' })
      .toFile(photo);
    data = await sharp(photo).removeAlpha().raw().toBuffer();
  });
  after(async () => {
    delete process.env.SAM_CLI_CACHE_DIR;
    await rm(root, { recursive: true });
  });

  async function annotationsOf(name: string, command: string, ...args: string[]): Promise<Annotation[]> {
    const out = join(root, name, command);
    const run = await runMain(command, photo, ...args, '--workers', '1', '--threads', '1', '--out', out, '--overwrite');
    assert.equal(run.exitCode, 0, run.stderr);
    return JSON.parse(await readFile(join(out, 'photo.json'), 'utf8')).annotations;
  }

  it('takes a mask of EdgeSAM without a pixel, whose stability is 0 / 0, as unstable', async () => {
    const { decoder } = await loadContract('edge-sam');
    const floats = (data: number[], ...dims: number[]) =>
      ({ type: 'float32', dims, data: Float32Array.from(data) }) as const;
    const outputs = { masks: floats([-9, -9, 5, 5], 1, 4, 1, 1), scores: floats([Number.NaN, 0.5, 1, 0.25], 1, 4) };
    const answer = decoder.answerOf(outputs, SAM1_GEOMETRY);
    assert.deepEqual([...answer.iouPredictions], [0, 0.5, 1, 0.25]);
    assert.equal(answer.hasSingleMask, true);
  });

  for (const family of PLAIN_EXPORTS) {
    const name = `${family.contract}${family.isHalf ? ' in half floats' : ''}`;

    it(`finds ${name} by its tensors`, async () => {
      const entry = await ownModelEntry(exportPath(family.encoder), exportPath(family.decoder));
      assert.equal(entry.contract, family.contract);
      assert.equal(entry.geometry.fit, family.fit);
      assert.equal(entry.geometry.frameSize, family.frame);
    });

    it(`runs everything with ${name} as a plain loop does`, async () => {
      const settings = ['--points-per-side', '3', '--pred-iou-thresh', '0', '--stability-score-thresh', '0'];
      const args = ['--preset', 'reference', ...settings, '--box-nms-thresh', '1'];
      const annotations = await annotationsOf(name, 'everything', ...filesOf(family), ...args);
      const ask = await plainAnswers(family, { data, width: WIDTH, height: HEIGHT });
      assert.ok(annotations.length >= 5, `${annotations.length} masks`);
      for (const annotation of annotations) {
        assertOneOf(annotation, await ask(annotation.point_coords, [1]), `at ${annotation.point_coords}`);
      }
    });

    it(`runs segment with ${name} as a plain loop does`, async () => {
      const ask = await plainAnswers(family, { data, width: WIDTH, height: HEIGHT });
      const points = await annotationsOf(name, 'segment', ...filesOf(family), '--point', '60,40', '--multimask');
      assert.equal(points.length, 3);
      const expected = await ask([[60, 40]], [1]);
      for (const annotation of points) assertOneOf(annotation, expected, 'point');
      const args = [...filesOf(family), '--box', '20,10,120,90', '--multimask'];
      if (!family.takesBoxes) {
        const run = await runMain(
          'segment',
          photo,
          ...args,
          '--workers',
          '1',
          '--threads',
          '1',
          '--out',
          join(root, name, 'box'),
        );
        assert.equal(run.exitCode, 1, run.stderr);
        // as exported, or compiled
        assert.match(run.stderr, /takes no box prompt|Expected point labels among -1, 0, 1/);
        return;
      }
      const boxes = await annotationsOf(name, 'segment', ...args);
      const corners = await ask(
        [
          [20, 10],
          [120, 90],
        ],
        [2, 3],
      );
      assert.equal(boxes.length, 3);
      for (const annotation of boxes) assertOneOf(annotation, corners, 'box');
    });

    it(`asks ${name} many prompts in a run as one by one`, async () => {
      const entry = await ownModelEntry(exportPath(family.encoder), exportPath(family.decoder));
      const model = await loadModel(entry, { threads: 1 });
      const { embedding } = await model.encode({ data, width: WIDTH, height: HEIGHT });
      const { decoder: contract } = await loadContract(entry.contract);
      const bytes = await readFile(exportPath(family.decoder));
      const decoder = await loadDecoder(bytes, contract, entry.geometry, { form: 'as-exported', threads: 1 });
      const image = await decoder.forImage(embedding, placedImage(entry.geometry, WIDTH, HEIGHT));
      const count = 11;
      const coords = Float32Array.from({ length: 2 * count }, (_, i) => 8 + (i % 2 === 0 ? 12 : 7) * (i >> 1));
      const promptsOf = (from: number, to: number) => ({
        count: to - from,
        pointsPerPrompt: 1,
        coords: coords.slice(2 * from, 2 * to),
        labels: new Float32Array(to - from).fill(1),
      });
      const { iouPredictions, logits, offsets, cellsWide, cellsHigh } = await image.decode(promptsOf(0, count));
      const together = { ious: iouPredictions, logits: logits.slice(0, offsets.length * cellsWide * cellsHigh) };
      const size = together.logits.length / count;
      for (let i = 0; i < count; i++) {
        const alone = await image.decode(promptsOf(i, i + 1));
        assertClose(together.ious.subarray(3 * i, 3 * i + 3), alone.iouPredictions);
        assertClose(together.logits.subarray(size * i, size * (i + 1)), alone.logits.subarray(0, size));
      }
      await decoder.release();
      await model.release();
    });

    it(`feeds masks back to ${name}, or says that it takes none`, async () => {
      const args = [...filesOf(family), '--point', '60,40', '--refine', '1', '--workers', '1', '--threads', '1'];
      const run = await runMain('segment', photo, ...args, '--out', join(root, name, 'refined'));
      assert.equal(run.exitCode, family.takesMasks ? 0 : 1, run.stderr);
      if (!family.takesMasks) assert.match(run.stderr, /takes no mask/);
    });
  }
});
