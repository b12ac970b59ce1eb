import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { mergeRuns } from '../../../src/dataset/merge/merge-runs.js';
import type { DecoderForm } from '../../../src/model/runtime/decoder.js';
import { type FakeRunOptions, runFake } from '../../support/fake-run.js';
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
