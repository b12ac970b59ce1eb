import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { settingsOfPreset } from '../../src/amg/presets.js';
import type { GeneratorSettings } from '../../src/amg/settings.js';
import type { ImageAnswer } from '../../src/execute/executor.js';
import { ThreadExecutor } from '../../src/execute/thread-executor.js';
import { maskRecordOf } from '../../src/formats/sa1b/write.js';
import { ownModelEntry } from '../../src/model/catalogue/own-model.js';
import type { RgbImage } from '../../src/sam/rgb-image.js';
import { fixtureUrl } from '../support/fixture.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';

const model = await ownModelEntry(SMALL_MODEL_FILES.encoder, SMALL_MODEL_FILES.decoder);
/** Masks of random weights are rated low, and much alike. */
const ALL = { pointsPerSide: 10, predIouThresh: 0, stabilityScoreThresh: 0, boxNmsThresh: 1, cropNmsThresh: 1 };

const recordsOf = ({ masks }: ImageAnswer) => masks.map((mask, i) => maskRecordOf(mask, i + 1));

/** Of the bookkeeping, which any model shows; that real masks are the same to the byte is shown in test/library/determinism.test.ts. */
function executorOf(settings: Partial<GeneratorSettings>, workers: number, images: number): ThreadExecutor {
  const job = { kind: 'everything', model, settings: settingsOfPreset('reference', {}, settings) } as const;
  return new ThreadExecutor({ job, workers, threads: 1, images });
}

describe('one image in several worker threads', () => {
  let image: RgbImage;
  before(async () => {
    const { data, info } = await sharp(fileURLToPath(fixtureUrl('images/coffee.png')))
      .resize(120)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    image = { data, width: info.width, height: info.height };
  });

  for (const [what, settings, numbers] of [
    ['a grid', ALL, [1, 3]],
    ['crops, and the points that look least alike', { ...ALL, cropNLayers: 1, pointsBudget: 200 }, [1, 3]],
    ['masks fed back', { ...ALL, useM2m: true }, [1, 2]],
  ] as const) {
    it(`gives the same masks whatever their number: ${what}`, async () => {
      const answers: unknown[] = [];
      for (const workers of numbers) {
        const executor = executorOf(settings, workers, 1);
        const progress: [done: number, of: number][] = [];
        await executor.ready();
        const answer = await executor.answer({ image }, { onProgress: (...counts) => progress.push(counts) });
        await executor.close();
        answers.push(recordsOf(answer));
        assert.ok(answer.masks.length > 2);
        // whoever answered
        assert.ok(progress.every(([done], i) => i === 0 || done >= progress[i - 1][0]));
      }
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });
  }

  describe('beside others', () => {
    let executor: ThreadExecutor;
    before(() => {
      executor = executorOf({ ...ALL, pointsPerSide: 20 }, 2, Number.POSITIVE_INFINITY);
    });
    after(() => executor.close());

    it('is helped by a thread that has nothing else to do, which takes an image of its own as soon as one comes', async () => {
      let begun = () => {};
      const isBegun = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const first = executor.answer({ image }, { onProgress: () => begun() });
      const [turned, again] = [{ ...image, data: Uint8Array.from(image.data).reverse() }, { ...image }];
      // they come while the first one is shared
      await isBegun;
      const others = [executor.answer({ image: turned }), executor.answer({ image: again })];
      const [a, b, c] = await Promise.all([first, ...others]);
      assert.deepEqual(recordsOf(c), recordsOf(a));
      assert.notDeepEqual(recordsOf(b), recordsOf(a));
    });
  });
});
