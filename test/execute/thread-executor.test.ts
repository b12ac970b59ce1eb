import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { TaskOptions } from '../../src/execute/executor.js';
import { ThreadExecutor } from '../../src/execute/thread-executor.js';
import { everythingJob } from '../../src/library/jobs.js';
import { wordsFor } from '../../src/library/words.js';
import { ownModelEntry } from '../../src/model/catalogue/own-model.js';
import { fakeJob } from '../support/fake-run.js';
import { smallImageTextEntry } from '../support/small-image-text.js';
import { SMALL_MODEL_FILES } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const workerFile = new URL('../support/ill-worker.js', import.meta.url);

/** An executor of ill workers, and how to ask it about an image. */
async function illExecutor(context: TestContext) {
  const job = { ...fakeJob(), model: await temporaryFolder(context) };
  const executor = new ThreadExecutor({ job, workers: 2, threads: 1, workerFile });
  context.after(() => executor.close());
  const ask = (illness: number, image: number, options: TaskOptions = {}) =>
    executor.answer({ image: { data: Uint8Array.of(illness, image, 0), width: 1, height: 1 } }, options);
  return { executor, ask };
}

describe('ThreadExecutor', () => {
  it('replaces workers that end, tries their image once more, and goes on', async (context) => {
    const { executor, ask } = await illExecutor(context);
    assert.deepEqual(await executor.ready(), { decoderForm: 'compiled', device: 'cpu', decoderDevice: 'cpu' });
    const late = { timeoutSeconds: 0.5 };
    const answers = await Promise.allSettled([ask(0, 0), ask(1, 1), ask(2, 2), ask(0, 3), ask(1, 4), ask(4, 5, late)]);
    const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'masks' : answer.reason.code));
    assert.deepEqual(codes, ['masks', 'masks', 'worker-lost', 'masks', 'masks', 'timeout']);
    assert.deepEqual((await ask(0, 6)).masks, []);
  });

  it('gives an image up when its signal is aborted, and goes on with the others', async (context) => {
    const { ask } = await illExecutor(context);
    const controller = new AbortController();
    const [given, other] = [ask(4, 0, { signal: controller.signal }), ask(0, 1)];
    await other;
    controller.abort(new Error('no longer wanted'));
    await assert.rejects(given, { message: 'no longer wanted' });
    assert.deepEqual((await ask(0, 2, { signal: new AbortController().signal })).masks, []);
    await assert.rejects(ask(0, 3, { signal: controller.signal }), { message: 'no longer wanted' });
  });

  it('ends at once, and the images in flight with it', async (context) => {
    const { executor, ask } = await illExecutor(context);
    const inFlight = ask(4, 0);
    const startedAt = performance.now();
    await Promise.all([assert.rejects(inFlight, { code: 'worker-lost' }), executor.close()]);
    assert.ok(performance.now() - startedAt < 5000);
  });

  it('ends no thread inside the model, which would end the process: for a timeout, an abort, or at the end', async (context) => {
    const executor = new ThreadExecutor({
      // many batches, so that progress is told long before the end
      job: everythingJob({ preset: 'reference', pointsPerSide: 4, pointsPerBatch: 1 }),
      workers: 2,
      threads: 1,
    });
    context.after(() => executor.close());
    const image = { data: new Uint8Array(60 * 40 * 3).fill(90), width: 60, height: 40 };
    // workers are told while they load, while they encode and while they decode
    await assert.rejects(executor.answer({ image }, { timeoutSeconds: 0.05 }), { code: 'timeout' });
    await executor.ready();
    await assert.rejects(executor.answer({ image }, { timeoutSeconds: 0.4 }), { code: 'timeout' });
    const controller = new AbortController();
    const aborted = executor.answer({ image }, { signal: controller.signal, onProgress: () => controller.abort() });
    await assert.rejects(aborted, { name: 'AbortError' });
    assert.equal((await executor.answer({ image })).prompts, 16);
    const inFlight = new Promise<void>((resolve) => {
      executor.answer({ image }, { onProgress: () => resolve() }).then(
        () => resolve(),
        () => resolve(),
      );
    });
    await inFlight;
    await executor.close();
  });

  it('refuses masks of two forms of the decoder, and of two devices', async (context) => {
    const { ask } = await illExecutor(context);
    await ask(0, 0);
    await assert.rejects(ask(5, 1), {
      code: 'bad-model',
      message: 'Expected the decoder compiled in every worker thread but received it as-exported in one',
    });
    await assert.rejects(ask(6, 2), {
      code: 'bad-model',
      message: 'Expected the encoder on cpu in every worker thread but received it on cuda in one',
    });
    await assert.rejects(ask(7, 3), {
      code: 'bad-model',
      message: 'Expected the decoder on cpu in every worker thread but received it on cuda in one',
    });
  });

  it('loads what names masks by words in one worker, where the others only help with its image', async (context) => {
    const folder = await temporaryFolder(context);
    process.env.SAM_CLI_CACHE_DIR = folder;
    context.after(() => {
      delete process.env.SAM_CLI_CACHE_DIR;
    });
    const small = await smallImageTextEntry(folder, 'siglip');
    const job = everythingJob({
      model: await ownModelEntry(SMALL_MODEL_FILES.encoder, SMALL_MODEL_FILES.decoder),
      preset: 'reference',
      pointsPerSide: 2,
      predIouThresh: 0,
      stabilityScoreThresh: 0,
      boxNmsThresh: 1,
      words: wordsFor({ model: small, labels: ['a red mug'], background: [] }),
    });
    const opened: string[] = [];
    const executor = new ThreadExecutor({
      job,
      images: 1,
      workers: 2,
      threads: 1,
      workerFile: new URL('../support/noting-worker.js', import.meta.url),
      onNotice: (message) => opened.push(message),
    });
    context.after(() => executor.close());
    await executor.ready();
    const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => i % 251);
    const { masks } = await executor.answer({ image: { data, width: 40, height: 30 } });
    assert.ok(masks.length > 0 && masks.every(({ label }) => label?.category === 'a red mug'));
    for (const { path } of [small.files.text, small.files.vision]) {
      assert.equal(opened.filter((message) => message.endsWith(`opened ${path}`)).length, 1, opened.join('\n'));
    }
  });
});
