import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SMALL_MODEL } from '../support/small-model.js';
import { soak, soakFaults } from '../support/soak.js';
import { temporaryFolder } from '../support/temporary-folder.js';

// the whole test is `npm run soak`: 300 images, 20 kills, every format
describe('a run that is killed and started again', () => {
  it('ends with one record of each image, as an undisturbed one', async (context) => {
    const folder = await temporaryFolder(context);
    const options = {
      folder,
      images: 24,
      kills: 2,
      format: 'json',
      recordsPerFile: 1,
      seed: 3,
      workers: 2,
      model: SMALL_MODEL,
    };
    const report = await soak(options);
    assert.deepEqual(soakFaults(report, options.images), []);
    assert.equal(report.undisturbed.size, options.images);
  });
});
