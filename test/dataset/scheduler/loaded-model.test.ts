import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { mergeRuns } from '../../../src/dataset/merge/merge-runs.js';
import type { DecoderForm } from '../../../src/model/runtime/decoder.js';
import type { Device, Provider } from '../../../src/model/runtime/device.js';
import { type FakeRunOptions, fakeJob, runFake } from '../../support/fake-run.js';
import { smallImage, writeSmallImages } from '../../support/small-images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { ToyExecutor } from '../../support/toy-executor.js';

/** Runs with a decoder of that form. */
async function runWith(decoderForm: DecoderForm, inputs: string, folder: string, options: FakeRunOptions = {}) {
  const executor = () => new ToyExecutor({ ready: async () => ({ decoderForm }) });
  return runFake([inputs], folder, { executor, ...options });
}

async function modelOf(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, '_run', 'manifest'), 'utf8')).model;
}

describe('the form of the decoder', () => {
  it('does not change in a run, unless forced; the usual one is not written', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, folder] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 2);
    await runWith('compiled', photos, folder);
    assert.deepEqual(Object.keys(await modelOf(folder)), ['name', 'encoder_sha256', 'decoder_sha256']);

    // nothing is left to do: no model is loaded
    const idle = await runWith('as-exported', photos, folder);
    assert.equal(idle.summary.done_before, 2);

    await writeFile(join(photos, 'z.png'), await smallImage(9));
    await assert.rejects(runWith('as-exported', photos, folder), {
      code: 'changed-run',
      message: `Expected the model and settings that ${folder} was begun with but received others: model.decoder_form was "compiled", is "as-exported"`,
    });
    assert.equal((await modelOf(folder)).decoder_form, undefined);
    const forced = await runWith('as-exported', photos, folder, { resume: { force: true } });
    assert.equal(forced.summary.images, 1);
    assert.ok(
      forced.events.some((event) => event.event === 'notice' && /^--force: model\.decoder_form/.test(event.message)),
    );
    assert.equal((await modelOf(folder)).decoder_form, 'as-exported');

    await writeFile(join(photos, 'zz.png'), await smallImage(10));
    await assert.rejects(runWith('compiled', photos, folder), {
      code: 'changed-run',
      message: /was "as-exported", is "compiled"/,
    });
    const again = await runWith('compiled', photos, folder, { resume: { overwrite: true } });
    assert.equal(again.summary.images, 4);
  });

  it('may change as long as there is no record', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, folder] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 1);
    const badModel = Object.assign(new Error('no model'), { code: 'bad-model' });
    await assert.rejects(
      runFake([photos], folder, { executor: () => new ToyExecutor({ ready: () => Promise.reject(badModel) }) }),
      badModel,
    );
    const { summary } = await runWith('as-exported', photos, folder);
    assert.equal(summary.images, 1);
    assert.equal((await modelOf(folder)).decoder_form, 'as-exported');
  });

  it('is the same in parts that are merged', async (context) => {
    const root = await temporaryFolder(context);
    const photos = join(root, 'photos');
    await writeSmallImages(photos, 2);
    const folders = [join(root, '0'), join(root, '1')];
    await runWith('compiled', photos, folders[0], { shard: { index: 0, count: 2 } });
    await runWith('as-exported', photos, folders[1], { shard: { index: 1, count: 2 } });
    await assert.rejects(mergeRuns({ folders, out: join(root, 'whole'), command: [] }), {
      code: 'bad-usage',
      message: /differ: model\.decoder_form was "compiled", is "as-exported"$/,
    });
  });
});

/** Runs where the encoder runs on that device, whatever was asked for. */
async function runOn(device: Provider, inputs: string, folder: string, asked?: Device, options: FakeRunOptions = {}) {
  const executor = () => new ToyExecutor({ ready: async () => ({ decoderForm: 'compiled', device }) });
  const job = { ...fakeJob(), ...(asked && { device: asked }) };
  return runFake([inputs], folder, { executor, job, ...options });
}

describe('the device', () => {
  it('does not change in a run, unless forced; what auto ends at counts, and the usual one is not written', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, folder] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 2);
    let images = 2;
    const another = async () => writeFile(join(photos, `z${++images}.png`), await smallImage(images));
    await runOn('cpu', photos, folder, 'auto');
    assert.deepEqual(Object.keys(await modelOf(folder)), ['name', 'encoder_sha256', 'decoder_sha256']);
    for (const asked of ['cpu', undefined, 'auto'] as const) {
      await another();
      assert.equal((await runOn('cpu', photos, folder, asked)).summary.images, 1);
    }

    const message = `Expected the model and settings that ${folder} was begun with but received others: model.device was "cpu", is "cuda"`;
    await another();
    for (const asked of ['auto', 'cuda'] as const) {
      await assert.rejects(runOn('cuda', photos, folder, asked), { code: 'changed-run', message });
    }
    // one that is named is known before a model is loaded or an image is looked for
    await assert.rejects(runOn('cuda', join(root, 'nowhere'), folder, 'cuda'), { code: 'changed-run', message });
    const forced = await runOn('cuda', photos, folder, 'auto', { resume: { force: true } });
    assert.equal(forced.summary.images, 1);
    assert.equal((await modelOf(folder)).device, 'cuda');

    // an executor of one's own that needs no telling where it works
    await another();
    assert.equal((await runOn('cuda', photos, folder)).summary.images, 1);
    await another();
    await assert.rejects(runOn('cpu', photos, folder, 'cpu'), {
      code: 'changed-run',
      message: /was "cuda", is "cpu"$/,
    });
  });

  it('counts for the decoder too, where auto ends elsewhere for it', async (context) => {
    const root = await temporaryFolder(context);
    const [photos, folder] = [join(root, 'photos'), join(root, 'out')];
    await writeSmallImages(photos, 1);
    await runOn('cuda', photos, folder, 'auto');
    await writeFile(join(photos, 'z2.png'), await smallImage(2));
    const executor = () =>
      new ToyExecutor({ ready: async () => ({ decoderForm: 'compiled', device: 'cuda', decoderDevice: 'cpu' }) });
    await assert.rejects(runOn('cuda', photos, folder, 'auto', { executor }), {
      code: 'changed-run',
      message: /model\.decoder_device was not there, is "cpu"$/,
    });
    assert.equal((await runOn('cuda', photos, folder, 'auto')).summary.images, 1);
  });

  it('is the same in parts that are merged', async (context) => {
    const root = await temporaryFolder(context);
    const photos = join(root, 'photos');
    await writeSmallImages(photos, 2);
    const folders = [join(root, '0'), join(root, '1')];
    await runOn('cpu', photos, folders[0], 'auto', { shard: { index: 0, count: 2 } });
    await runOn('coreml', photos, folders[1], 'auto', { shard: { index: 1, count: 2 } });
    await assert.rejects(mergeRuns({ folders, out: join(root, 'whole'), command: [] }), {
      code: 'bad-usage',
      message: /differ: model\.device was "cpu", is "coreml"$/,
    });
  });
});
