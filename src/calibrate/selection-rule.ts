/**
 * What calibration tries: ways of ranking an image's masks and of removing duplicates. What is left of each way is a list, best first; one more
 * threshold, the line, says how much of the list is kept, so that a list is made once for all lines.
 *
 * @module
 */

import { VOTERS } from '../amg/selection/agreement.js';
import { type GeneratorSettings, REFERENCE_SETTINGS } from '../amg/settings.js';

/** One way. With the ranking `predicted-iou` the line is `predIouThresh` itself, with `agreement` it is `scoreThresh`. */
export type SelectionRule = Pick<
  GeneratorSettings,
  'ranking' | 'predIouThresh' | 'stabilityScoreThresh' | 'nms' | 'boxNmsThresh' | 'votesExponent' | 'stabilityExponent'
>;

/** The settings that calibration chooses. */
export type CalibratedSettings = Partial<SelectionRule & Pick<GeneratorSettings, 'scoreThresh' | 'pointsPerSide'>>;

/** A way, and the lines that are tried with it, ascending. */
export interface TriedRule {
  readonly rule: SelectionRule;
  readonly lines: readonly number[];
}

/** From far more masks than anybody wants to none, half a percent apart. */
const SCORE_LINES = Array.from({ length: 1060 }, (_, i) => Number((0.02 * 1.005 ** i).toPrecision(4)));
const PREDICTED_IOU_LINES = Array.from({ length: 100 }, (_, i) => Number((0.5 + 0.005 * i).toFixed(3)));

const { votesExponent, stabilityExponent } = REFERENCE_SETTINGS;
const DUPLICATES = [
  { nms: 'mask', boxNmsThresh: 0.7 },
  { nms: 'mask', boxNmsThresh: 0.6 },
  { nms: 'mask', boxNmsThresh: 0.8 },
  { nms: 'box', boxNmsThresh: 0.7 },
] as const;

/** Every way that is tried: those by agreement, then those of Meta's filters. */
export function triedRules(): TriedRule[] {
  return [...rulesByAgreement(), ...rulesByPredictedIou()];
}

function rulesByAgreement(): TriedRule[] {
  const rules: TriedRule[] = [];
  for (const duplicates of DUPLICATES) {
    for (const predIouThresh of [0.8, 0.7, 0.6, 0.88]) {
      for (const stabilityScoreThresh of [0.5, 0.3, 0.7, 0.85]) {
        for (const votes of [0.2, 0.1, 0.3, 0.4]) {
          for (const stability of [1, 0.5, 2]) {
            const exponents = { votesExponent: votes, stabilityExponent: stability };
            const rule = {
              ranking: 'agreement',
              ...duplicates,
              predIouThresh,
              stabilityScoreThresh,
              ...exponents,
            } as const;
            rules.push({ rule, lines: SCORE_LINES });
          }
        }
      }
    }
  }
  return rules;
}

function rulesByPredictedIou(): TriedRule[] {
  return DUPLICATES.flatMap((duplicates) =>
    [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95].map((stabilityScoreThresh) => ({
      rule: ruleOf({ ...REFERENCE_SETTINGS, ...duplicates, stabilityScoreThresh }).rule,
      lines: PREDICTED_IOU_LINES,
    })),
  );
}

/** The way and the one line of some settings, as far as calibration knows them. */
export function ruleOf(settings: GeneratorSettings): TriedRule {
  const { ranking, predIouThresh, stabilityScoreThresh, nms, boxNmsThresh, scoreThresh } = settings;
  const common = { ranking, stabilityScoreThresh, nms, boxNmsThresh };
  if (ranking === 'predicted-iou') {
    const rule = { ...common, predIouThresh: VOTERS.predIouThresh, votesExponent, stabilityExponent };
    return { rule, lines: [predIouThresh] };
  }
  const exponents = { votesExponent: settings.votesExponent, stabilityExponent: settings.stabilityExponent };
  return { rule: { ...common, predIouThresh, ...exponents }, lines: [scoreThresh] };
}

/** A way and a line as settings. */
export function settingsOfRule({ ranking, ...rule }: SelectionRule, line: number): CalibratedSettings {
  const { stabilityScoreThresh, nms, boxNmsThresh } = rule;
  if (ranking === 'agreement') return { ranking, ...rule, scoreThresh: line };
  return { ranking, predIouThresh: line, stabilityScoreThresh, nms, boxNmsThresh };
}
