import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { maskRunsFromCocoRle } from '../../../src/mask/runs/coco-rle.js';
import { rowMajorFromMaskRuns } from '../../../src/mask/runs/dense-mask.js';
import type { CatalogueEntry } from '../../../src/model/catalogue/entry.js';
import { ownModelEntry } from '../../../src/model/catalogue/own-model.js';
import { loadContract } from '../../../src/model/contracts/load-contract.js';
import { placedImage } from '../../../src/model/runtime/decoder.js';
import { loadDecoder } from '../../../src/model/runtime/load-decoder.js';
import { loadModel, type SamModel } from '../../../src/model/runtime/load-model.js';
import { SAM1_GEOMETRY } from '../../../src/sam/geometry.js';
import type { RgbImage } from '../../../src/sam/rgb-image.js';
import { SEGMENT_DEFAULTS, segmentImage } from '../../../src/segment/segment-image.js';
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
const POINT: [number, number] = [60, 40];
const BOX: [number, number, number, number] = [20, 10, 120, 90];
const ONE_THREAD = ['--workers', '1', '--threads', '1'];
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
  let image: RgbImage;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    process.env.SAM_CLI_CACHE_DIR = join(root, 'cache');
    photo = join(root, 'photo.png');
    await sharp(fileURLToPath(fixtureUrl('images/coffee.png')))
      .resize(WIDTH, HEIGHT, { fit: 'fill' })
      .toFile(photo);
    await copyFile(photo, join(root, 'boxed.png'));
    // one run asks the point of one image and the box of the other
    const images = [
      { file_name: 'photo.png', objects: [{ points: [POINT] }] },
      { file_name: 'boxed.png', objects: [{ box: BOX }] },
    ];
    await writeFile(join(root, 'prompts.json'), JSON.stringify({ images }));
    image = { data: await sharp(photo).removeAlpha().raw().toBuffer(), width: WIDTH, height: HEIGHT };
  });
  after(async () => {
    delete process.env.SAM_CLI_CACHE_DIR;
    await rm(root, { recursive: true });
  });

  /** Runs a command over images of the folder. @returns how it ended, and what reads its record of an image. */
  async function runWith(family: PlainExport, command: string, images: readonly string[], ...args: string[]) {
    const out = join(root, `${family.encoder}-${command}`);
    const inputs = images.map((image) => join(root, `${image}.png`));
    const run = await runMain(command, ...inputs, ...filesOf(family), ...args, ...ONE_THREAD, '--out', out);
    const annotationsOf = async (image: string): Promise<Annotation[]> =>
      JSON.parse(await readFile(join(out, `${image}.json`), 'utf8')).annotations;
    return { run, annotationsOf };
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

    describe(name, () => {
      let entry: CatalogueEntry;
      let ask: Awaited<ReturnType<typeof plainAnswers>>;
      let model: SamModel;
      before(async () => {
        entry = await ownModelEntry(exportPath(family.encoder), exportPath(family.decoder));
        ask = await plainAnswers(family, image);
        model = await loadModel(entry, { threads: 1 });
      });
      after(() => model.release());

      it('is found by its tensors', () => {
        assert.equal(entry.contract, family.contract);
        assert.equal(entry.geometry.fit, family.fit);
        assert.equal(entry.geometry.frameSize, family.frame);
      });

      it('runs everything as a plain loop does', async () => {
        const settings = ['--points-per-side', '3', '--pred-iou-thresh', '0', '--stability-score-thresh', '0'];
        const args = ['--preset', 'reference', ...settings, '--box-nms-thresh', '1'];
        const { run, annotationsOf } = await runWith(family, 'everything', ['photo'], ...args);
        assert.equal(run.exitCode, 0, run.stderr);
        const annotations = await annotationsOf('photo');
        assert.ok(annotations.length >= 5, `${annotations.length} masks`);
        const answers = new Map<string, PlainAnswer>();
        for (const annotation of annotations) {
          const where = `at ${annotation.point_coords}`;
          const answer = answers.get(where) ?? (await ask(annotation.point_coords, [1]));
          answers.set(where, answer);
          assertOneOf(annotation, answer, where);
        }
      });

      it('runs segment as a plain loop does, or says that it takes no box', async () => {
        const args = ['--prompts', join(root, 'prompts.json'), '--multimask'];
        const images = family.takesBoxes ? ['photo', 'boxed'] : ['photo'];
        const { run, annotationsOf } = await runWith(family, 'segment', images, ...args);
        assert.equal(run.exitCode, 0, run.stderr);
        const points = await annotationsOf('photo');
        assert.equal(points.length, 3);
        const expected = await ask([POINT], [1]);
        for (const annotation of points) assertOneOf(annotation, expected, 'point');
        if (!family.takesBoxes) {
          const { run: refused } = await runWith(family, 'segment', ['boxed'], ...args, '--overwrite');
          assert.equal(refused.exitCode, 1, refused.stderr);
          // as exported, or compiled
          assert.match(refused.stderr, /takes no box prompt|Expected point labels among -1, 0, 1/);
          return;
        }
        const boxes = await annotationsOf('boxed');
        const [x0, y0, x1, y1] = BOX;
        const corners = await ask(
          [
            [x0, y0],
            [x1, y1],
          ],
          [2, 3],
        );
        assert.equal(boxes.length, 3);
        for (const annotation of boxes) assertOneOf(annotation, corners, 'box');
      });

      it('answers many prompts in a run as one by one', async () => {
        const { embedding } = await model.encode(image);
        const { decoder: contract } = await loadContract(entry.contract);
        const bytes = await readFile(exportPath(family.decoder));
        const decoder = await loadDecoder(bytes, contract, entry.geometry, { form: 'as-exported', threads: 1 });
        const placed = await decoder.forImage(embedding, placedImage(entry.geometry, WIDTH, HEIGHT));
        const count = 11;
        const coords = Float32Array.from({ length: 2 * count }, (_, i) => 8 + (i % 2 === 0 ? 12 : 7) * (i >> 1));
        const promptsOf = (from: number, to: number) => ({
          count: to - from,
          pointsPerPrompt: 1,
          coords: coords.slice(2 * from, 2 * to),
          labels: new Float32Array(to - from).fill(1),
        });
        const { iouPredictions, logits, offsets, cellsWide, cellsHigh } = await placed.decode(promptsOf(0, count));
        const together = { ious: iouPredictions, logits: logits.slice(0, offsets.length * cellsWide * cellsHigh) };
        const size = together.logits.length / count;
        for (let i = 0; i < count; i++) {
          const alone = await placed.decode(promptsOf(i, i + 1));
          assertClose(together.ious.subarray(3 * i, 3 * i + 3), alone.iouPredictions);
          assertClose(together.logits.subarray(size * i, size * (i + 1)), alone.logits.subarray(0, size));
        }
        await decoder.release();
      });

      it('is fed masks back, or says that it takes none', async () => {
        const prompt = { id: 1, isNamed: false, points: [POINT] };
        const refined = segmentImage(model, image, [prompt], { ...SEGMENT_DEFAULTS, refine: 1 });
        if (family.takesMasks) assert.equal((await refined).masks.length, 1);
        else await assert.rejects(refined, { code: 'bad-model', message: /takes no mask/ });
      });
    });
  }
});
