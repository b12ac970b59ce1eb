import { type GeneratorSettings, SETTING_RULES } from '../amg/settings.js';
import { SamError } from '../errors.js';
import { checkSetting } from '../sam/setting-rules.js';

/** The settings of edge detection that are those of mask generation, with the same ranges. */
type SharedSettings = Pick<
  GeneratorSettings,
  'pointsPerSide' | 'pointsPerBatch' | 'predIouThresh' | 'stabilityScoreThresh' | 'boxNmsThresh'
>;

/** How edges are detected. */
export interface EdgeSettings extends SharedSettings {
  /** Bits of a level of the edge map. @default 8 */
  readonly bits: 8 | 16;
}

/** Those of the SAM paper, appendix D.2: 16 x 16 points, and no mask is dropped for its quality. */
export const EDGE_DEFAULTS: EdgeSettings = {
  pointsPerSide: 16,
  pointsPerBatch: 64,
  predIouThresh: 0,
  stabilityScoreThresh: 0,
  boxNmsThresh: 0.7,
  bits: 8,
};

/** What each setting may be, but for `bits`. */
export const EDGE_RULES = {
  pointsPerSide: SETTING_RULES.pointsPerSide,
  pointsPerBatch: SETTING_RULES.pointsPerBatch,
  predIouThresh: SETTING_RULES.predIouThresh,
  stabilityScoreThresh: SETTING_RULES.stabilityScoreThresh,
  boxNmsThresh: SETTING_RULES.boxNmsThresh,
};

/**
 * The defaults with the given settings on top.
 *
 * @throws SamError `bad-usage` for an unknown name or a value out of range.
 */
export function resolveEdgeSettings(settings: Partial<EdgeSettings> = {}): EdgeSettings {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    if (name in EDGE_RULES) checkSetting(name, value, EDGE_RULES[name as keyof SharedSettings]);
    else if (name !== 'bits' || (value !== 8 && value !== 16)) {
      const expected =
        name === 'bits' ? '8 or 16 for bits' : `one of ${Object.keys(EDGE_DEFAULTS).join(', ')} as a setting`;
      throw new SamError('bad-usage', `Expected ${expected} but received ${name === 'bits' ? value : name}`);
    }
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...EDGE_DEFAULTS, ...Object.fromEntries(given) };
}
