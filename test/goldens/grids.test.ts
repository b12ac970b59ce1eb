import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadModel, type SamModel } from '../../src/model/runtime/load-model.js';
import { comparedWithGolden } from '../support/compared-golden.js';
import { addAgreement, noAgreement } from '../support/golden-agreement.js';
import { rememberingModel } from '../support/remembering-model.js';

/** The line that the masks of the reference set, on whole grids of real photographs. */
describe('agreement with Meta’s generator on the same weights', () => {
  const agreement = noAgreement();
  let model: SamModel;
  before(async () => {
    // another test file has the other core
    model = await loadModel(undefined, { threads: 1 });
  });
  after(() => model.release());

  for (const names of [['coffee'], ['chelsea'], ['astronaut', 'astronaut_loose']]) {
    it(`makes the masks of ${names.join(' and ')}`, async (t) => {
      // both settings of one image ask the decoder the same
      const asked = names.length > 1 ? rememberingModel(model) : model;
      for (const name of names) {
        const { theirs, ours } = await comparedWithGolden(asked, name);
        addAgreement(agreement, ours, theirs);
        t.diagnostic(`${name}: ${ours.length} masks, the reference has ${theirs.length}`);
      }
    });
  }

  it('holds the line over all of them', (t) => {
    const { theirs, theirsMatched, ours, oursMatched, iouSum, worstPredictedIou } = agreement;
    const meanIou = iouSum / theirsMatched;
    t.diagnostic(
      `theirs matched ${theirsMatched}/${theirs}, ours matched ${oursMatched}/${ours}, mean IoU ${meanIou.toFixed(5)}, ` +
        `largest difference in predicted_iou ${worstPredictedIou.toFixed(5)}`,
    );
    assert.equal(theirs, 111);
    assert.ok(theirsMatched / theirs >= 0.97, `${theirsMatched} of ${theirs}`);
    assert.ok(oursMatched / ours >= 0.97, `${oursMatched} of ${ours}`);
    assert.ok(meanIou >= 0.985, `mean IoU ${meanIou}`);
    assert.ok(worstPredictedIou <= 0.02, `predicted_iou differs by ${worstPredictedIou}`);
  });
});
