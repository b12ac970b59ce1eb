import assert from 'node:assert/strict';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import type { CatalogueEntry } from '../../../src/model/catalogue/entry.js';
import { inspectModelFile } from '../../../src/model/catalogue/model-file.js';
import { ownModelEntry } from '../../../src/model/catalogue/own-model.js';
import { loadModel } from '../../../src/model/runtime/load-model.js';
import { Session } from '../../../src/model/runtime/session.js';
import { exportPath } from '../../support/plain-exports.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('a model that cannot be used whole', () => {
  let folder: string;
  let entry: CatalogueEntry;
  beforeEach(async (context) => {
    folder = await temporaryFolder(context as TestContext);
    process.env.SAM_CLI_CACHE_DIR = join(folder, 'cache');
    await copyFile(exportPath('exports/sam2_encoder.onnx'), join(folder, 'encoder.onnx'));
    entry = await ownModelEntry(join(folder, 'encoder.onnx'), exportPath('exports/sam2_decoder.onnx'));
  });

  afterEach(() => {
    delete process.env.SAM_CLI_CACHE_DIR;
  });

  it('leaves no encoder behind when its decoder cannot be loaded', async (context) => {
    const { file } = await inspectModelFile(exportPath('exports/osam_sam2_decoder.onnx'));
    await writeFile(join(folder, 'decoder.onnx'), 'damaged');
    const released = context.mock.method(Session.prototype, 'release');
    const decoder = { ...file, path: join(folder, 'decoder.onnx') };
    await assert.rejects(loadModel({ ...entry, decoder }, { threads: 1 }), { code: 'bad-model' });
    assert.equal(released.mock.callCount(), 1);
  });

  it('releases its decoder when its encoder could not be loaded late', async (context) => {
    const model = await loadModel(entry, { threads: 1, loadsEncoderLate: true });
    await rename(join(folder, 'encoder.onnx'), join(folder, 'gone.onnx'));
    const image = { data: new Uint8Array(3 * 16 * 16), width: 16, height: 16 };
    await assert.rejects(model.encode(image), { code: 'bad-model' });
    const released = context.mock.method(Session.prototype, 'release');
    await model.release();
    assert.equal(released.mock.callCount(), 1);
  });
});
