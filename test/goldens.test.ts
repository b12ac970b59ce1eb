import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { GeneratorSettings } from '../src/amg/settings.js';
import { AutomaticMaskGenerator } from '../src/library/automatic-mask-generator.js';
import { maskRunsFromCocoRle } from '../src/mask/runs/coco-rle.js';
import { maskIou } from '../src/mask/runs/mask-iou.js';
import { loadModel, type SamModel } from '../src/model/runtime/load-model.js';
import { camelCaseName } from '../src/sam/setting-names.js';
import { fixtureUrl, readJsonFixture } from './support/fixture.js';
import { addAgreement, type GoldenMask, noAgreement } from './support/golden-agreement.js';
import { rememberingModel } from './support/remembering-model.js';

interface Golden {
  readonly image: string;
  /** What differs from the reference's defaults, by the reference's names. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly annotations: readonly GoldenMask[];
}

/** The line that the masks of the reference set, on whole grids of real photographs. */
describe('agreement with Meta’s generator on the same weights', () => {
  const agreement = noAgreement();
  const cropsAgreement = noAgreement();
  let model: SamModel;
  before(async () => {
    // another test file has the other core
    model = await loadModel(undefined, { threads: 1 });
  });
  after(() => model.release());

  /** A golden file and what we make of its image with its settings. */
  async function compared(name: string, asked: SamModel = model) {
    const golden = readJsonFixture<Golden>(`goldens/${name}.json`);
    const settings: Partial<GeneratorSettings> = Object.fromEntries(
      Object.entries(golden.settings).map(([key, value]) => [camelCaseName(key), value]),
    );
    const image = fileURLToPath(fixtureUrl(`images/${golden.image}`));
    const ours = await new AutomaticMaskGenerator(asked, { preset: 'reference', ...settings }).generate(image);
    return { golden, ours };
  }

  for (const names of [['coffee'], ['chelsea'], ['astronaut', 'astronaut_loose'], ['coffee_crops']]) {
    it(`makes the masks of ${names.join(' and ')}`, async (t) => {
      // both settings of one image ask the decoder the same
      const asked = names.length > 1 ? rememberingModel(model) : model;
      for (const name of names) {
        const { golden, ours } = await compared(name, asked);
        addAgreement(name === 'coffee_crops' ? cropsAgreement : agreement, ours, golden.annotations);
        t.diagnostic(`${name}: ${ours.length} masks, the reference has ${golden.annotations.length}`);
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

  it('holds it with crops and small regions, where so few masks leave no room for one that differs', () => {
    const { theirs, theirsMatched, ours, oursMatched, iouSum, worstPredictedIou } = cropsAgreement;
    assert.deepEqual(
      { theirs, theirsMatched, ours, oursMatched },
      { theirs: 8, theirsMatched: 8, ours: 8, oursMatched: 8 },
    );
    assert.ok(iouSum / theirsMatched >= 0.985, `mean IoU ${iouSum / theirsMatched}`);
    assert.ok(worstPredictedIou <= 0.02, `predicted_iou differs by ${worstPredictedIou}`);
  });

  it('refines masks as SAM 2’s generator does, mask for mask', async () => {
    const { golden, ours } = await compared('coffee_m2m');
    assert.equal(ours.length, golden.annotations.length);
    for (const [i, their] of golden.annotations.entries()) {
      const iou = maskIou(maskRunsFromCocoRle(ours[i].segmentation), maskRunsFromCocoRle(their.segmentation));
      assert.ok(iou >= 0.99, `IoU ${iou} of mask ${i}`);
      assert.ok(Math.abs(ours[i].predicted_iou - their.predicted_iou) <= 1e-3);
      assert.ok(Math.abs(ours[i].stability_score - their.stability_score) <= 1e-2);
    }
  });
});
