import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  AutomaticMaskGenerator,
  decodeImage,
  everythingJob,
  loadModel,
  maskRecordOf,
  segmentJob,
  ThreadExecutor,
} from '../../src/index.js';
import { fixtureUrl } from '../support/fixture.js';
import { ticksOf } from '../support/ticks.js';

const coffee = fileURLToPath(fixtureUrl('images/coffee.png'));

describe('ThreadExecutor of the library', () => {
  it('makes the masks of AutomaticMaskGenerator while this thread ticks', async (context) => {
    const settings = { pointsPerSide: 2 };
    const executor = new ThreadExecutor({ job: everythingJob(settings), workers: 1, threads: 1 });
    context.after(() => executor.close());
    const image = await decodeImage(coffee);
    assert.deepEqual(await executor.ready(), { decoderForm: 'compiled', device: 'cpu', decoderDevice: 'cpu' });
    const ticks = ticksOf(context, 10);
    const progress: number[][] = [];
    const { masks, seconds, overlay } = await executor.answer(
      { image, overlay: true },
      { onProgress: (done, total) => progress.push([done, total]) },
    );
    assert.ok(ticks.count >= 5, `${ticks.count} ticks`);
    assert.deepEqual(progress.at(-1), [4, 4]);
    assert.ok(seconds.encode > 0 && seconds.decode > 0);
    assert.equal(overlay?.data.length, image.data.length);

    const model = await loadModel(undefined, { threads: 1 });
    const records = await new AutomaticMaskGenerator(model, settings).generate(image);
    await model.release();
    assert.ok(records.length > 0);
    assert.deepEqual(
      masks.map((mask, i) => maskRecordOf(mask, i + 1)),
      records,
    );
  });

  it('answers the prompts of each task', async (context) => {
    const prompts = { kind: 'same', points: [], boxes: [], isRelative: false } as const;
    const executor = new ThreadExecutor({ job: segmentJob({ prompts }), workers: 1, threads: 1 });
    context.after(() => executor.close());
    const asked = { id: 'cup', isNamed: true, box: [130, 40, 470, 350] } as const;
    const { masks } = await executor.answer({ image: await decodeImage(coffee), prompts: [asked] });
    assert.equal(masks.length, 1);
    assert.deepEqual(masks[0].prompt, asked);
    assert.ok(masks[0].area > 10_000, `${masks[0].area} pixels`);
  });

  it('tells of a model that there is not', async (context) => {
    const executor = new ThreadExecutor({ job: { ...everythingJob(), model: 'none' }, workers: 1 });
    context.after(() => executor.close());
    await assert.rejects(executor.ready(), { code: 'bad-usage', message: /received none$/ });
  });
});
