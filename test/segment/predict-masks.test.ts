import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SamPredictor } from '../../src/library/sam-predictor.js';
import type { SamModel } from '../../src/model/runtime/load-model.js';
import type { DecodeOptions, EncodedImage, PromptBatch } from '../../src/sam/segmentation-model.js';
import { batchesOfOneShape, isAmbiguous, promptBatchOf } from '../../src/segment/object-prompt.js';
import { type PredictMasksOptions, predictMasks } from '../../src/segment/predict-masks.js';
import { greySquare, PaintedModel } from '../support/painted-model.js';

const point = { points: [[1, 2]] as const };
const box = { box: [1, 2, 3, 4] as const };
const maskInput = new Float32Array(4).fill(3);

/** An image that answers with the IoUs given, and writes down what it is asked. */
function fakeImage(ious: readonly number[]) {
  const asked: { batch: PromptBatch; options: DecodeOptions }[] = [];
  const image: EncodedImage = {
    embedding: [],
    width: 2,
    height: 2,
    featuresAt: () => new Float32Array(),
    async decode(batch, options = {}) {
      asked.push({ batch, options });
      const masksPerPrompt = options.masks === 'single' ? 1 : 3;
      const total = batch.count * masksPerPrompt;
      return {
        masksPerPrompt,
        iouPredictions: Float32Array.from({ length: total }, (_, i) => ious[i % masksPerPrompt]),
        // mask i holds i, and its number of cells counts on: columns 0, 1 and 2, 3
        logits: Float32Array.from({ length: total * 4 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4)),
        offsets: Int32Array.from({ length: total }, (_, i) => 4 * i),
        cellsWide: 2,
        cellsHigh: 2,
      };
    },
  };
  return { image, asked };
}

async function foundBy(image: EncodedImage, prompts: Parameters<typeof predictMasks>[1], options: PredictMasksOptions) {
  const found: [prompt: number, maskIndex: number, offset: number][] = [];
  await predictMasks(image, prompts, options, ({ prompt, maskIndex, answer, at }) =>
    found.push([prompt, maskIndex, answer.offsets[at]]),
  );
  return found;
}

describe('prompts as the decoder takes them', () => {
  it('batches prompts of one shape', () => {
    const prompts = [point, box, point, { ...point, ...box }, { ...box, maskInput }, point, { maskInput }];
    assert.deepEqual(batchesOfOneShape(prompts, 2), [[0, 2], [5], [1], [3], [4], [6]]);
  });

  it('writes points first, then the corners of the box', () => {
    const two = {
      points: [
        [5, 6],
        [7, 8],
      ],
      labels: [1, 0],
      box: [1, 2, 3, 4],
      maskInput,
    } as const;
    const batch = promptBatchOf([two, { ...two, labels: [0, 1] }]);
    assert.equal(batch.pointsPerPrompt, 4);
    assert.deepEqual([...batch.coords], [5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4]);
    assert.deepEqual([...batch.labels], [1, 0, 2, 3, 0, 1, 2, 3]);
    assert.deepEqual(batch.maskInput, new Float32Array(8).fill(3));
    assert.equal(promptBatchOf([point]).maskInput, undefined);
  });

  it('takes a single point alone for ambiguous', () => {
    assert.ok(isAmbiguous(point));
    for (const prompt of [
      box,
      { ...point, ...box },
      { ...point, maskInput },
      {
        points: [
          [1, 2],
          [3, 4],
        ],
      } as const,
    ]) {
      assert.ok(!isAmbiguous(prompt));
    }
  });
});

describe('the choice of masks', () => {
  it('is the best of three for a single point, the single-mask token for the rest', async () => {
    const { image, asked } = fakeImage([0.5, 0.9, 0.9]);
    assert.deepEqual(await foundBy(image, [box, point, point], {}), [
      [0, 0, 0],
      [1, 0, 4],
      [2, 0, 16],
    ]);
    assert.deepEqual(
      asked.map(({ options }) => options.masks),
      ['single', 'multi'],
    );
  });

  it('keeps three on demand, and feeds each back', async () => {
    const { image, asked } = fakeImage([0.5, 0.6, 0.7]);
    assert.deepEqual(await foundBy(image, [box], { multimask: true, refine: 1 }), [
      [0, 0, 0],
      [0, 1, 4],
      [0, 2, 8],
    ]);
    assert.deepEqual(
      asked.map(({ options: { masks, cells }, batch }) => [masks, cells, batch.count]),
      [
        ['multi', 'all', 1],
        ['single', 'covered', 3],
      ],
    );
    // columns became rows
    assert.deepEqual(asked[1].batch.maskInput, Float32Array.of(0, 2, 1, 3, 10, 12, 11, 13, 20, 22, 21, 23));
    assert.deepEqual([...asked[1].batch.labels], [2, 3, 2, 3, 2, 3]);
  });
});

describe('SamPredictor', () => {
  const painted = new PaintedModel(() => [0.5, 0.9, 0.7].map((iou) => ({ cellsXyxy: [64, 64, 128, 128], iou })));
  const predictor = new SamPredictor(painted as unknown as SamModel);

  it('wants an image first', async () => {
    await assert.rejects(predictor.predict(point), {
      code: 'bad-usage',
      message: 'Expected setImage before predict but no image is set',
    });
  });

  it('answers about the image that was set', async () => {
    await predictor.setImage(greySquare(64));
    const { masks, iouPredictions, lowResMasks } = await predictor.predict(point);
    assert.deepEqual(
      iouPredictions.map((iou) => iou.toFixed(1)),
      ['0.5', '0.9', '0.7'],
    );
    assert.deepEqual([masks[0].width, masks[0].height, lowResMasks[2].length], [64, 64, 256 * 256]);
    assert.equal(lowResMasks[0][64 * 256 + 64], 10);
    assert.equal((await predictor.predict({ ...point, multimask: 'best' })).iouPredictions[0].toFixed(1), '0.9');
  });

  it('refuses prompts that mean nothing', async () => {
    await predictor.setImage(greySquare(64));
    const wrong: [prompt: Parameters<SamPredictor['predict']>[0], message: RegExp][] = [
      [{}, /it has no point, no box and no mask/],
      [{ points: [[65, 1]] }, /a point lies outside the image/],
      [{ points: [[Number.NaN, 1]] }, /Expected finite numbers for points but received NaN/],
      [{ points: [[1, 1]], labels: [1, 0] }, /Expected 1 labels, one a point, but received 2/],
      [{ box: [5, 5, 1, 1] }, /the box ends before it starts/],
      [{ maskInput }, /Expected 256 x 256 logits for maskInput but received 4 values/],
    ];
    for (const [prompt, message] of wrong)
      await assert.rejects(predictor.predict(prompt), { code: 'bad-prompt', message });
  });
});
