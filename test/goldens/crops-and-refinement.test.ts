import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { maskRunsFromCocoRle } from '../../src/mask/runs/coco-rle.js';
import { maskIou } from '../../src/mask/runs/mask-iou.js';
import { loadModel, type SamModel } from '../../src/model/runtime/load-model.js';
import { comparedWithGolden } from '../support/compared-golden.js';
import { addAgreement, noAgreement } from '../support/golden-agreement.js';
import { rememberingModel } from '../support/remembering-model.js';

/** What a generator can do beside one grid, each on a photograph. */
describe('agreement with Meta’s generators on the same weights', () => {
  let model: SamModel;
  before(async () => {
    // another test file has the other core; both tests ask about one photograph
    model = rememberingModel(await loadModel(undefined, { threads: 1 }));
  });
  after(() => model.release());

  it('holds with crops and small regions, where so few masks leave no room for one that differs', async () => {
    const agreement = noAgreement();
    const { theirs: their, ours: our } = await comparedWithGolden(model, 'coffee_crops');
    addAgreement(agreement, our, their);
    const { theirs, theirsMatched, ours, oursMatched, iouSum, worstPredictedIou } = agreement;
    assert.deepEqual(
      { theirs, theirsMatched, ours, oursMatched },
      { theirs: 8, theirsMatched: 8, ours: 8, oursMatched: 8 },
    );
    assert.ok(iouSum / theirsMatched >= 0.985, `mean IoU ${iouSum / theirsMatched}`);
    assert.ok(worstPredictedIou <= 0.02, `predicted_iou differs by ${worstPredictedIou}`);
  });

  it('refines masks as SAM 2’s generator does, mask for mask', async () => {
    const { theirs, ours } = await comparedWithGolden(model, 'coffee_m2m');
    assert.equal(ours.length, theirs.length);
    for (const [i, their] of theirs.entries()) {
      const iou = maskIou(maskRunsFromCocoRle(ours[i].segmentation), maskRunsFromCocoRle(their.segmentation));
      assert.ok(iou >= 0.99, `IoU ${iou} of mask ${i}`);
      assert.ok(Math.abs(ours[i].predicted_iou - their.predicted_iou) <= 1e-3);
      assert.ok(Math.abs(ours[i].stability_score - their.stability_score) <= 1e-2);
    }
  });
});
