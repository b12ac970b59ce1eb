import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelIdentityOf } from '../../../src/dataset/scheduler/run-identity.js';
import { everythingJob } from '../../../src/library/jobs.js';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../../../src/model/catalogue/catalogue.js';
import { embeddingSumOf, waySumOf } from '../../../src/model/catalogue/model-sum.js';
import { TOY_ENTRY } from '../../support/toy-family/toy-catalogue.js';

const LOADED = { decoderForm: 'compiled', device: 'cpu' } as const;
const identityOf = (model: typeof TOY_ENTRY) => modelIdentityOf(everythingJob({ model }), LOADED);

describe('what a model is known by', () => {
  it('is its files where it sees images as SAM 1 does', () => {
    const entry = catalogueEntryNamed(DEFAULT_MODEL);
    assert.equal(waySumOf(entry), undefined);
    assert.equal(embeddingSumOf(entry), entry.encoder.sha256);
    assert.deepEqual(Object.keys(modelIdentityOf(everythingJob(), LOADED)), [
      'name',
      'encoder_sha256',
      'decoder_sha256',
    ]);
  });

  it('changes with what it makes of pixels and of tensors', () => {
    const pixelMean = [0, 0, 0] as const;
    const darker = { ...TOY_ENTRY, geometry: { ...TOY_ENTRY.geometry, pixelMean } };
    const other = { ...TOY_ENTRY, contract: '/elsewhere/other-contract.js' };
    assert.deepEqual(identityOf({ ...TOY_ENTRY }), identityOf(TOY_ENTRY));
    assert.notDeepEqual(identityOf(darker), identityOf(TOY_ENTRY));
    assert.notDeepEqual(identityOf(other), identityOf(TOY_ENTRY));
    assert.equal(new Set([TOY_ENTRY, darker, other].map(embeddingSumOf)).size, 3);
  });
});
