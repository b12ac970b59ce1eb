import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { everythingJob, ownModelEntry, type RunEvent, runDataset, segmentJob } from '../../src/index.js';
import { writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ticksOf } from '../support/ticks.js';

/** One point, nothing filtered: the encoder takes nearly all of the time, and onnxruntime blocks its thread while it works. */
const COARSE = { preset: 'reference', pointsPerSide: 1, predIouThresh: 0, stabilityScoreThresh: 0 } as const;
const IMAGES = 3;

describe('runDataset of the library', () => {
  it('leaves the calling thread free, is cancelled by a signal, and goes on where it was', async (context) => {
    const root = await temporaryFolder(context);
    const photos = join(root, 'photos');
    await writeSmallImages(photos, IMAGES);
    const controller = new AbortController();
    const events: RunEvent[] = [];
    const ticks = ticksOf(context, 10);
    const ticksAtStart = new Map<string, number>();
    const ticksPerImage: number[] = [];
    const options = { job: everythingJob(COARSE), inputs: [photos], out: join(root, 'masks'), workers: 1, threads: 1 };
    const summary = await runDataset({
      ...options,
      signal: controller.signal,
      onEvent(event) {
        events.push(event);
        if (event.event === 'image_started') ticksAtStart.set(event.image, ticks.count);
        if (event.event === 'image_done') ticksPerImage.push(ticks.count - (ticksAtStart.get(event.image) ?? 0));
        if (ticksPerImage.length === 1) controller.abort();
      },
    });
    assert.equal(summary.interrupted, true);
    assert.ok(summary.images >= 1 && summary.images < IMAGES, `${summary.images} images`);
    // an image takes hundreds of milliseconds; a thread that waits for them does not tick
    for (const count of ticksPerImage) assert.ok(count >= 5, `${ticksPerImage.join()} ticks`);
    const kinds = events.map(({ event }) => event);
    assert.deepEqual(kinds.slice(-1), ['run_finished']);
    assert.equal(kinds.filter((kind) => kind === 'interrupted').length, 1);
    assert.equal(kinds.filter((kind) => kind === 'image_started').length, summary.images);

    const rest = await runDataset(options);
    assert.deepEqual(
      [rest.interrupted, rest.images, rest.done_before],
      [false, IMAGES - summary.images, summary.images],
    );
    const { annotations } = JSON.parse(await readFile(join(root, 'masks', 'sub0', '00000.json'), 'utf8'));
    assert.ok(annotations.length > 0);
  });

  it('asks prompts, and writes as it is told', async (context) => {
    const root = await temporaryFolder(context);
    await writeSmallImages(root, 1);
    const model = await ownModelEntry(SMALL_MODEL_FILES.encoder, SMALL_MODEL_FILES.decoder);
    const prompts = { kind: 'same', points: [[0.5, 0.5, 1]], boxes: [], isRelative: true } as const;
    const { images, masks } = await runDataset({
      job: segmentJob({ model, prompts, multimask: true }),
      inputs: { inputs: [root], exclude: ['*.jpg'] },
      out: { folder: join(root, 'out'), format: 'ndjson' },
    });
    assert.deepEqual([images, masks], [1, 3]);
    const record = JSON.parse(await readFile(join(root, 'out', 'masks-00000.ndjson'), 'utf8'));
    assert.deepEqual(
      record.annotations.map((annotation: { mask_index: number }) => annotation.mask_index),
      [0, 1, 2],
    );
  });

  it('refuses what it cannot know', async (context) => {
    const out = join(await temporaryFolder(context), 'out');
    await assert.rejects(runDataset({ out }), {
      code: 'bad-usage',
      message: 'Expected inputs or a source but received neither',
    });
    assert.throws(() => everythingJob({ model: 'none' }), { code: 'bad-usage' });
    assert.throws(() => everythingJob({ pointsPerSide: 0 }), { code: 'bad-usage' });
    const prompts = { kind: 'file', path: 'prompts.json', isRelative: false } as const;
    assert.throws(() => segmentJob({ prompts, refine: 101 }), {
      code: 'bad-usage',
      message: 'Expected an integer from 0 to 100 for refine but received 101 of type number',
    });
    assert.throws(() => segmentJob({ prompts, multimask: false as true }), {
      message: /^Expected one of true, best for/,
    });
  });
});
