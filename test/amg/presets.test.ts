import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRESET_NAMES, settingsOfPreset } from '../../src/amg/presets.js';
import { type GeneratorSettings, REFERENCE_SETTINGS, resolveSettings, SETTING_RULES } from '../../src/amg/settings.js';

const calibrated = { stabilityScoreThresh: 0.8, predIouThresh: 0.7 };

/** The settings in which a preset is not the reference. */
function differences(preset: string, overrides: Partial<GeneratorSettings> = {}) {
  const settings = settingsOfPreset(preset, calibrated, overrides);
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => value !== REFERENCE_SETTINGS[name as keyof GeneratorSettings]),
  );
}

test("reference is Meta's defaults", () => {
  assert.deepEqual(differences('reference'), {});
  const { cropOverlapRatio, ...others } = settingsOfPreset('reference', calibrated);
  assert.equal(cropOverlapRatio, 512 / 1500);
  assert.deepEqual(others, {
    pointsPerSide: 32,
    pointsPerBatch: 64,
    predIouThresh: 0.88,
    stabilityScoreThresh: 0.95,
    stabilityScoreOffset: 1,
    boxNmsThresh: 0.7,
    cropNLayers: 0,
    cropNmsThresh: 0.7,
    cropNPointsDownscaleFactor: 1,
    pointGrids: null,
    minMaskRegionArea: 0,
    smallRegions: 'reference',
    maxMaskCoverage: null,
    useM2m: false,
    nms: 'box',
    nonOverlapping: 'none',
    pointsBudget: null,
    ranking: 'predicted-iou',
    votesExponent: 0.2,
    stabilityExponent: 1,
    scoreThresh: 0,
  });
});

test('sa1b differs from reference in its crops, the 95% filter and the 100 pixels of the paper, in nothing else', () => {
  assert.deepEqual(differences('sa1b'), {
    cropNLayers: 2,
    cropNPointsDownscaleFactor: 2,
    maxMaskCoverage: 0.95,
    minMaskRegionArea: 100,
    smallRegions: 'paper',
  });
});

test('default, dense and fast have the thresholds of the model', () => {
  assert.deepEqual(differences('default'), calibrated);
  assert.deepEqual(differences('dense'), { ...calibrated, cropNLayers: 1, cropNPointsDownscaleFactor: 2 });
  assert.deepEqual(differences('fast'), { ...calibrated, pointsBudget: 256 });
});

test('what is given wins over a preset', () => {
  const given = { predIouThresh: 0.5, cropNLayers: 1, maxMaskCoverage: null };
  assert.deepEqual(differences('sa1b', given), {
    predIouThresh: 0.5,
    cropNLayers: 1,
    cropNPointsDownscaleFactor: 2,
    minMaskRegionArea: 100,
    smallRegions: 'paper',
  });
  assert.deepEqual(differences('default', { stabilityScoreThresh: 0.95, predIouThresh: 0.88 }), {});
});

test('what is given as undefined is not given', () => {
  const given = { predIouThresh: undefined } as unknown as Partial<GeneratorSettings>;
  assert.deepEqual(differences('default', given), calibrated);
});

test('an unknown preset is refused', () => {
  for (const name of ['sa-1b', 'toString', '']) {
    assert.throws(() => settingsOfPreset(name, {}), {
      code: 'bad-usage',
      message: `Expected one of ${PRESET_NAMES.join(', ')} for preset but received ${name}`,
    });
  }
});

const refused: [settings: object, message: string][] = [
  [{ cropNLayers: 7 }, 'Expected an integer from 0 to 6 for cropNLayers but received 7 of type number'],
  [{ cropOverlapRatio: 1.5 }, 'Expected a number from 0 to 1 for cropOverlapRatio but received 1.5 of type number'],
  [{ minMaskRegionArea: -1 }, 'Expected an integer of 0 or more for minMaskRegionArea but received -1 of type number'],
  [
    { maxMaskCoverage: 'all' },
    'Expected a number from 0 to 1 or null for maxMaskCoverage but received "all" of type string',
  ],
  [{ useM2m: 1 }, 'Expected true or false for useM2m but received 1 of type number'],
  [{ nms: 'soft' }, 'Expected one of box, mask for nms but received "soft" of type string'],
  [
    { pointGrids: 'grid.json' },
    'Expected a list of grids or null for pointGrids but received "grid.json" of type string',
  ],
  [{ pointGrids: [[[0.5, 2]]] }, 'Expected [x, y] between 0 and 1 for point 0 of grid 0 but received [0.5,2]'],
  [
    { cropNLayers: 1, pointGrids: [[[0.5, 0.5]]] },
    'Expected 2 grids (the whole image and 1 crop layers) but received 1',
  ],
  [
    { pointsPerSide: 2, cropNLayers: 2, cropNPointsDownscaleFactor: 2 },
    'Expected at least 1 point per side in crop layer 2 but received 2 / 2^2',
  ],
];
for (const [settings, message] of refused) {
  test(`refuses settings: ${message}`, () => {
    assert.throws(() => resolveSettings(settings), { message });
  });
}

test('every setting has a rule, and the reference keeps it', () => {
  assert.deepEqual(Object.keys(SETTING_RULES).sort(), Object.keys(REFERENCE_SETTINGS).sort());
  assert.deepEqual(resolveSettings({}), REFERENCE_SETTINGS);
});
