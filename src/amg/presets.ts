/**
 * Settings that belong together, by name.
 *
 * @module
 */

import { SamError } from '../errors.js';
import { type GeneratorSettings, REFERENCE_SETTINGS, resolveSettings } from './settings.js';

/** A name of settings that belong together. */
export type PresetName = 'default' | 'reference' | 'sa1b' | 'dense' | 'fast';

/** What differs from the reference's defaults in a preset. */
interface Preset {
  /** One line for `--help`. */
  readonly description: string;
  /** Whether the thresholds are those that were calibrated for the model. */
  readonly isCalibrated: boolean;
  readonly settings: Partial<GeneratorSettings>;
}

/** Every preset, the one used when none is named first. docs/settings.md says what each is for. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  default: {
    description: 'thresholds calibrated for the model',
    isCalibrated: true,
    settings: {},
  },
  reference: {
    description: "Meta's defaults",
    isCalibrated: false,
    settings: {},
  },
  // appendix B of the SAM paper, arXiv 2304.02643: cropping, filtering, postprocessing
  sa1b: {
    description: 'the recipe of the SAM paper that made SA-1B: 21 crops',
    isCalibrated: false,
    settings: {
      cropNLayers: 2,
      cropNPointsDownscaleFactor: 2,
      maxMaskCoverage: 0.95,
      minMaskRegionArea: 100,
      smallRegions: 'paper',
    },
  },
  dense: {
    description: 'calibrated, with 4 crops for small objects',
    isCalibrated: true,
    settings: { cropNLayers: 1, cropNPointsDownscaleFactor: 2 },
  },
  fast: {
    description: 'calibrated, with the 256 points that look least alike',
    isCalibrated: true,
    settings: { pointsBudget: 256 },
  },
};

/** The preset that is used when none is named. */
export const DEFAULT_PRESET: PresetName = 'default';

/** The names of all presets. */
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/**
 * All settings of a preset, with others on top.
 *
 * @param name - one of {@link PRESET_NAMES}
 * @param calibrated - the settings calibrated for the model; `reference` and `sa1b` do not use them
 * @param overrides - what wins over the preset
 * @throws SamError `bad-usage` for an unknown preset or setting, or a value out of range; `bad-point-grid` as
 * {@link resolveSettings}.
 */
export function settingsOfPreset(
  name: string,
  calibrated: Partial<GeneratorSettings>,
  overrides: Partial<GeneratorSettings> = {},
): GeneratorSettings {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name as PresetName] : undefined;
  if (!preset) {
    throw new SamError('bad-usage', `Expected one of ${PRESET_NAMES.join(', ')} for preset but received ${name}`);
  }
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  return resolveSettings({
    ...REFERENCE_SETTINGS,
    ...(preset.isCalibrated && calibrated),
    ...preset.settings,
    ...given,
  });
}
