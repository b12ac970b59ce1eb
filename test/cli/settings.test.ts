import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { settingsOfPreset } from '../../src/amg/presets.js';
import { type GeneratorSettings, SETTING_NAMES } from '../../src/amg/settings.js';
import { readSettingsFile } from '../../src/cli/settings-file.js';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../../src/model/catalogue/catalogue.js';
import { camelCaseName, hyphenatedName, snakeCaseName } from '../../src/sam/setting-names.js';
import { runMain } from '../support/run-cli.js';

const calibrated = catalogueEntryNamed(DEFAULT_MODEL).calibratedSettings;

describe('settings on the command line', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sam-cli-settings-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function written(name: string, content: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  /** What `--print-settings` shows, by the names of the library. */
  async function printed(...args: string[]): Promise<{ preset: string; settings: GeneratorSettings }> {
    const run = await runMain('everything', '--print-settings', ...args);
    assert.deepEqual({ exitCode: run.exitCode, stderr: run.stderr }, { exitCode: 0, stderr: '' });
    const { preset, ...named } = JSON.parse(run.stdout);
    const settings = Object.fromEntries(Object.entries(named).map(([name, value]) => [camelCaseName(name), value]));
    return { preset, settings: settings as unknown as GeneratorSettings };
  }

  it('prints the calibrated settings of the model where nothing is named, and does nothing else', async () => {
    const settings = settingsOfPreset('default', calibrated);
    assert.deepEqual(await printed(), { preset: 'default', settings });
    assert.deepEqual(await printed('nowhere.jpg', '--out', join(folder, 'out')), { preset: 'default', settings });
  });

  it('puts the file over the preset and the flags over both', async () => {
    const config = await written('settings.json', {
      preset: 'sa1b',
      'points-per-side': 16,
      crop_n_layers: 1,
      use_m2m: true,
      max_mask_coverage: null,
    });
    const overrides = { pointsPerSide: 16, cropNLayers: 1, useM2m: true, maxMaskCoverage: null };
    assert.deepEqual(await printed('--config', config), {
      preset: 'sa1b',
      settings: settingsOfPreset('sa1b', calibrated, overrides),
    });
    const flags = ['--preset', 'dense', '--points-per-side', '8', '--no-use-m2m', '--max-mask-coverage', '0.5'];
    assert.deepEqual(await printed('--config', config, ...flags), {
      preset: 'dense',
      settings: settingsOfPreset('dense', calibrated, { pointsPerSide: 8, cropNLayers: 1, maxMaskCoverage: 0.5 }),
    });
  });

  it('has a flag for each setting, and takes back what it printed', async () => {
    const grids = [[[0.5, 0.5]], [[0.25, 0.75]]];
    const values: Record<string, string> = {
      pointsPerSide: '9',
      pointsPerBatch: '7',
      predIouThresh: '0.1',
      stabilityScoreThresh: '0.2',
      stabilityScoreOffset: '0.3',
      boxNmsThresh: '0.4',
      cropNLayers: '1',
      cropNmsThresh: '0.6',
      cropOverlapRatio: '0.25',
      cropNPointsDownscaleFactor: '2',
      pointGrids: await written('grids.json', grids),
      pointsBudget: '6',
      minMaskRegionArea: '50',
      smallRegions: 'paper',
      maxMaskCoverage: '0.9',
      nms: 'mask',
      ranking: 'agreement',
      votesExponent: '0.3',
      stabilityExponent: '1.5',
      scoreThresh: '0.15',
      nonOverlapping: 'smaller',
    };
    const flags = Object.entries(values).flatMap(([name, value]) => [`--${hyphenatedName(name)}`, value]);
    const { settings } = await printed(...flags, '--use-m2m');
    const expected = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]),
    );
    assert.deepEqual(settings, { ...expected, pointGrids: grids, useM2m: true });
    assert.deepEqual([...SETTING_NAMES].sort(), Object.keys(settings).sort());

    const run = await runMain('everything', '--print-settings', ...flags, '--use-m2m');
    const config = await written('printed.json', run.stdout);
    const again = await runMain('everything', '--print-settings', '--config', config);
    assert.equal(again.stdout, run.stdout);
  });

  it('spells settings in three ways', () => {
    for (const name of SETTING_NAMES) {
      assert.equal(camelCaseName(hyphenatedName(name)), name);
      assert.equal(camelCaseName(snakeCaseName(name)), name);
    }
    assert.equal(hyphenatedName('cropNPointsDownscaleFactor'), 'crop-n-points-downscale-factor');
    assert.equal(snakeCaseName('useM2m'), 'use_m2m');
  });

  const badFiles: [content: unknown, message: RegExp][] = [
    ['{', /^Expected a settings file as JSON but could not read .*: /],
    [[16], /^Expected an object such as \{"points_per_side": 16\} in .* but received \[16\]$/],
    [{ points: 16 }, /^Expected one of preset, points_per_side, .*, score_thresh in .* but received points$/],
    [
      { points_per_side: '16' },
      /^Expected an integer from 1 to 1024 for points_per_side in .* but received "16" of type string$/,
    ],
    [{ points_per_side: 1, 'points-per-side': 2 }, /^Expected points_per_side once in .* but received it twice$/],
    [{ preset: 1 }, /^Expected a name for preset in .* but received 1$/],
  ];
  for (const [content, message] of badFiles) {
    it(`refuses a settings file: ${message.source}`, async () => {
      const path = await written('bad.json', content);
      await assert.rejects(readSettingsFile(path), { code: 'bad-usage', message });
    });
  }

  const wrong: [why: string, args: string[], message: RegExp][] = [
    ['an unknown preset', ['--preset', 'best'], /Allowed choices are default, reference, sa1b, dense, fast/],
    ['a settings file that is not there', ['--config', 'nowhere.json'], /could not read nowhere\.json: ENOENT/],
    ['grids that are not there', ['--point-grids', 'nowhere.json'], /could not read nowhere\.json: ENOENT/],
    [
      'a layer without points',
      ['--points-per-side', '2', '--crop-n-layers', '2', '--crop-n-points-downscale-factor', '2'],
      /at least 1 point per side in crop layer 2/,
    ],
    ['an overlap in pixels', ['--crop-overlap-ratio', '512'], /Expected a number from 0 to 1 but received "512"/],
    ['coverage in words', ['--max-mask-coverage', 'most'], /Expected a number from 0 to 1 but received "most"/],
  ];
  for (const [why, args, message] of wrong) {
    it(`answers 2 to ${why}`, async () => {
      const run = await runMain('everything', '--print-settings', ...args);
      assert.match(run.stderr, message);
      assert.equal(run.exitCode, 2);
    });
  }
});
