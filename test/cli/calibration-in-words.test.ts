import assert from 'node:assert/strict';
import { it } from 'node:test';
import { REFERENCE_SETTINGS } from '../../src/amg/settings.js';
import type { CalibrationReport } from '../../src/calibrate/calibration-report.js';
import { calibrationInWords } from '../../src/cli/calibration-in-words.js';

it('calibration that finds what the reference did not is told without a multiple of nothing', () => {
  const nothing = { masks_per_image: 0, average_recall: 0 };
  const chosen = { masks_per_image: 3, average_recall: 0.25, settings: REFERENCE_SETTINGS };
  const report = {
    images: 2,
    failures: 0,
    segments: 8,
    rules: 10,
    most_masks_per_image: 50,
    reference: nothing,
    current: null,
    chosen,
    cross_validated: { ...nothing, gain: Number.NaN, halves: [chosen, chosen] },
  } as unknown as CalibrationReport;
  const words = calibrationInWords(report, 'toy');
  assert.doesNotMatch(words, /NaN|Infinity/);
  assert.match(words, /^reference +0\.0 +0\.0000 +-$/m);
  assert.match(words, /^chosen +3\.0 +0\.2500 +-$/m);
  assert.match(words, /^What is in use finds nothing on these images\.$/m);
});
