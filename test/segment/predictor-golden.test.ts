import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type Prediction, SamPredictor } from '../../src/library/sam-predictor.js';
import { type CocoRle, maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { maskIou } from '../../src/mask/runs/mask-iou.js';
import type { MaskRuns } from '../../src/mask/runs/mask-runs.js';
import { ownModelEntry } from '../../src/model/catalogue/own-model.js';
import { loadModel, type SamModel } from '../../src/model/runtime/load-model.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import { maskInputOf } from '../../src/segment/mask-input.js';
import type { ObjectPrompt } from '../../src/segment/object-prompt.js';
import { fixtureUrl, readJsonFixture } from '../support/fixture.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';

interface Case {
  readonly image: string;
  readonly name: string;
  readonly points?: readonly (readonly [number, number, number])[];
  readonly box?: readonly [number, number, number, number];
  /** The case whose mask is fed back. */
  readonly after?: string;
  readonly mask?: CocoRle;
  /** Single-mask token first, then the three multimasks. */
  readonly ious: readonly number[];
  readonly masks: readonly CocoRle[];
}

const golden = readJsonFixture<{ stride: number; cases: Case[] }>('predictor/golden.json');
const logitsBytes = readFileSync(fixtureUrl('predictor/logits.f32'));
const logits = new Float32Array(logitsBytes.buffer, logitsBytes.byteOffset, logitsBytes.length / 4);
const samples = (256 / golden.stride) ** 2;

/** A grey image whose brightness rises to the right. */
function greyImage(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => ((i / 3) % width) * (200 / width));
  return { data, width, height };
}

/** IoU of two masks; 1 when both are empty, as an unhelpful mask prompt leaves them. */
function agreementOf(ours: MaskRuns, theirs: MaskRuns): number {
  return isDeepStrictEqual(ours, theirs) ? 1 : maskIou(ours, theirs);
}

/** Largest difference between a low-res mask and the golden's samples of it. */
function worstLogitOf(lowRes: Float32Array, mask: number): number {
  let worst = 0;
  for (let y = 0, at = mask * samples; y < 256; y += golden.stride) {
    for (let x = 0; x < 256; x += golden.stride, at++)
      worst = Math.max(worst, Math.abs(lowRes[y * 256 + x] - logits[at]));
  }
  return worst;
}

describe('agreement with Meta’s predictor on the same weights', () => {
  let model: SamModel;
  let predictor: SamPredictor;
  const fedBack = new Map<string, Float32Array>();
  before(async () => {
    // another test file has the other core
    model = await loadModel(undefined, { threads: 1 });
    predictor = new SamPredictor(model);
  });
  after(() => model.release());

  let image = '';
  /** Encodes an image unless it was the last one. */
  async function lookAt(file: string): Promise<void> {
    if (image !== file) await predictor.setImage(fileURLToPath(fixtureUrl(`images/${file}`)));
    image = file;
  }
  for (const [index, { image: file, name, points, box, after: earlier, mask, ious, masks }] of golden.cases.entries()) {
    it(`answers ${file}: ${name}`, async (t) => {
      await lookAt(file);
      const maskInput = mask
        ? maskInputOf(maskRunsFromCocoRle(mask), model.geometry, false)
        : earlier && fedBack.get(`${file} ${earlier}`);
      const prompt: ObjectPrompt = {
        ...(points && { points: points.map(([x, y]) => [x, y]), labels: points.map(([, , label]) => label) }),
        ...(box && { box }),
        ...(maskInput && { maskInput }),
      };
      const single = await predictor.predict({ ...prompt, multimask: false });
      const multi = await predictor.predict({ ...prompt, multimask: true });
      const best = await predictor.predict({ ...prompt, multimask: 'best' });
      const all: Prediction = {
        masks: [...single.masks, ...multi.masks],
        iouPredictions: [...single.iouPredictions, ...multi.iouPredictions],
        lowResMasks: [...single.lowResMasks, ...multi.lowResMasks],
      };
      assert.equal(all.masks.length, 4);
      const worstLogit = Math.max(...all.lowResMasks.map((lowRes, i) => worstLogitOf(lowRes, 4 * index + i)));
      const worstIou = Math.min(...all.masks.map((each, i) => agreementOf(each, maskRunsFromCocoRle(masks[i]))));
      const worstPrediction = Math.max(...all.iouPredictions.map((iou, i) => Math.abs(iou - ious[i])));
      t.diagnostic(
        `logits within ${worstLogit.toExponential(1)}, IoU ${worstIou.toFixed(5)}, predictions ${worstPrediction.toExponential(1)}`,
      );
      assert.ok(worstLogit <= 2e-3, `logits differ by ${worstLogit}`);
      assert.ok(worstIou >= 0.999, `a mask has IoU ${worstIou}`);
      assert.ok(worstPrediction <= 1e-4, `predicted IoU differs by ${worstPrediction}`);

      const isAmbiguous = points?.length === 1 && !box && !maskInput;
      const expected = isAmbiguous ? 1 + ious.slice(1).indexOf(Math.max(...ious.slice(1))) : 0;
      assert.deepEqual(best.lowResMasks, [all.lowResMasks[expected]]);
      fedBack.set(`${file} ${name}`, best.lowResMasks[0]);
    });
  }

  it('answers about several images by turns with one model', async (context) => {
    // whichever it is
    const quick = await loadModel(await ownModelEntry(SMALL_MODEL_FILES.encoder, SMALL_MODEL_FILES.decoder), {
      threads: 1,
    });
    context.after(() => quick.release());
    const [predictor, turned] = [new SamPredictor(quick), new SamPredictor(quick)];
    const [first, second] = [greyImage(90, 60), greyImage(60, 90)];
    await predictor.setImage(first);
    const alone = await predictor.predict({ points: [[30, 40]] });
    await turned.setImage(second);
    const [again, other] = await Promise.all([
      predictor.predict({ points: [[30, 40]] }),
      turned.predict({ points: [[30, 40]] }),
    ]);
    assert.deepEqual(again, alone);
    assert.deepEqual([other.masks[0].width, other.masks[0].height], [60, 90]);
    await predictor.setImage(second);
    assert.deepEqual(await predictor.predict({ points: [[30, 40]] }), other);
  });

  it('refines by feeding the mask back beside its prompt', async () => {
    // of the image that is encoded: any shows it
    await lookAt('astronaut.png');
    const box = [130, 40, 470, 350] as const;
    const first = await predictor.predict({ box, multimask: false });
    const second = await predictor.predict({ box, multimask: false, maskInput: first.lowResMasks[0] });
    const third = await predictor.predict({ box, multimask: false, maskInput: second.lowResMasks[0] });
    assert.deepEqual(await predictor.predict({ box, multimask: false, refine: 1 }), second);
    assert.deepEqual(await predictor.predict({ box, multimask: 'best', refine: 2 }), third);
    const three = await predictor.predict({ points: [[300, 160]] });
    const refined = await predictor.predict({ points: [[300, 160]], refine: 1 });
    assert.equal(refined.masks.length, 3);
    for (const [i, maskInput] of three.lowResMasks.entries()) {
      const again = await predictor.predict({ points: [[300, 160]], multimask: false, maskInput });
      assert.deepEqual(refined.lowResMasks[i], again.lowResMasks[0]);
    }
  });
});
