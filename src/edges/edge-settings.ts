import { type GeneratorSettings, SETTING_RULES } from '../amg/settings.js';
import { checkedSettings, type SettingRule } from '../sam/setting-rules.js';

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

/** What each setting may be. */
export const EDGE_RULES = {
  pointsPerSide: SETTING_RULES.pointsPerSide,
  pointsPerBatch: SETTING_RULES.pointsPerBatch,
  predIouThresh: SETTING_RULES.predIouThresh,
  stabilityScoreThresh: SETTING_RULES.stabilityScoreThresh,
  boxNmsThresh: SETTING_RULES.boxNmsThresh,
  bits: { kind: 'choice', choices: [8, 16] },
} as const satisfies Readonly<Record<keyof EdgeSettings, SettingRule>>;

/**
 * The defaults with the given settings on top.
 *
 * @throws SamError `bad-usage` for an unknown name or a value out of range.
 */
export function resolveEdgeSettings(settings: Partial<EdgeSettings> = {}): EdgeSettings {
  return { ...EDGE_DEFAULTS, ...checkedSettings<EdgeSettings>(settings, EDGE_RULES) };
}
