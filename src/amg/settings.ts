import { SamError } from '../errors.js';

/**
 * Settings of automatic mask generation on a single crop, named after Meta's `SamAutomaticMaskGenerator`
 * (segment-anything, commit dca509f) in camelCase.
 */
export interface GeneratorSettings {
  /** Points along one side of the grid; the whole grid has pointsPerSide². 1 to 1024. @default 32 */
  readonly pointsPerSide: number;
  /**
   * Points that go through the decoder together, at most. The masks do not depend on it. 1 to 1024. @default 64
   */
  readonly pointsPerBatch: number;
  /** Keep masks whose predicted IoU is above this (strictly). 0 to 1. @default 0.88 */
  readonly predIouThresh: number;
  /** Keep masks whose stability score is at least this. 0 to 1. @default 0.95 */
  readonly stabilityScoreThresh: number;
  /** Shift of the cutoff, in logits, when the stability score is computed. 0 or more. @default 1 */
  readonly stabilityScoreOffset: number;
  /** Boxes that overlap a better one by more than this IoU are duplicates. 0 to 1. @default 0.7 */
  readonly boxNmsThresh: number;
}

/** Defaults of Meta's generator. */
export const REFERENCE_SETTINGS: GeneratorSettings = {
  pointsPerSide: 32,
  pointsPerBatch: 64,
  predIouThresh: 0.88,
  stabilityScoreThresh: 0.95,
  stabilityScoreOffset: 1,
  boxNmsThresh: 0.7,
};

/** What a setting may be; the command line and the library check against the same table. */
export interface SettingRange {
  readonly integer: boolean;
  readonly min: number;
  readonly max: number;
}

/** Allowed values of each setting of {@link GeneratorSettings}. */
export const SETTING_RANGES: Readonly<Record<keyof GeneratorSettings, SettingRange>> = {
  pointsPerSide: { integer: true, min: 1, max: 1024 },
  pointsPerBatch: { integer: true, min: 1, max: 1024 },
  predIouThresh: { integer: false, min: 0, max: 1 },
  stabilityScoreThresh: { integer: false, min: 0, max: 1 },
  stabilityScoreOffset: { integer: false, min: 0, max: Number.MAX_VALUE },
  boxNmsThresh: { integer: false, min: 0, max: 1 },
};

/** "an integer from 1 to 1024": a {@link SettingRange} in words. */
export function rangeInWords({ integer, min, max }: SettingRange): string {
  const noun = integer ? 'an integer' : 'a number';
  return max === Number.MAX_VALUE ? `${noun} of ${min} or more` : `${noun} from ${min} to ${max}`;
}

/** Whether a value is a finite number inside the range. */
export function isInRange(value: unknown, { integer, min, max }: SettingRange): value is number {
  return (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    (!integer || Number.isInteger(value))
  );
}

/**
 * The reference's defaults with the given settings on top.
 *
 * @throws SamError `bad-usage` for an unknown name or a value out of range.
 */
export function resolveSettings(settings: Partial<GeneratorSettings> = {}): GeneratorSettings {
  const resolved: Record<string, number> = { ...REFERENCE_SETTINGS };
  for (const [name, value] of Object.entries(settings)) {
    const range = SETTING_RANGES[name as keyof GeneratorSettings];
    if (!range) {
      const known = Object.keys(SETTING_RANGES).join(', ');
      throw new SamError('bad-usage', `Expected one of ${known} as a setting but received ${name}`);
    }
    if (value === undefined) continue;
    if (!isInRange(value, range)) {
      throw new SamError(
        'bad-usage',
        `Expected ${rangeInWords(range)} for ${name} but received ${value} of type ${typeof value}`,
      );
    }
    resolved[name] = value;
  }
  return resolved as unknown as GeneratorSettings;
}
