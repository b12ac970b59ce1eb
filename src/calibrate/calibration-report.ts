import { REFERENCE_SETTINGS } from '../amg/settings.js';
import { SamError } from '../errors.js';
import type { CalibratedSettings, TriedRule } from './selection-rule.js';
import type { Outcome, Tally, TriedSettings } from './tally.js';

/** What some settings reach. */
export interface SettingsOutcome extends Outcome {
  readonly settings: CalibratedSettings;
}

/** What settings that were chosen without an image find in it: what is to be expected of other images. */
export interface CrossValidation extends Outcome {
  /** Average recall over that of the settings in use. */
  readonly gain: number;
  /** What was chosen on each half, judged on the other. */
  readonly halves: readonly SettingsOutcome[];
}

/** What calibration found. Names are those of the command's JSON. */
export interface CalibrationReport {
  readonly data: string;
  readonly gt: string;
  /** Folder of what the model proposed. */
  readonly candidates: string;
  /** Images that were judged, and those that could not be read. */
  readonly images: number;
  readonly failures: number;
  /** That people drew in these images. */
  readonly segments: number;
  /** Wanted, at most. */
  readonly most_masks_per_image: number;
  readonly points_per_side: number;
  /** Rules that were tried; of each the line that keeps as many masks as wanted. */
  readonly rules: number;
  readonly reference: Outcome;
  /** The preset `default` as it is; null where the model was never calibrated and that is the reference. */
  readonly current: Outcome | null;
  readonly chosen: SettingsOutcome;
  /** Null with a single image. */
  readonly cross_validated: CrossValidation | null;
}

/** The sums of a sweep. */
export interface Judged {
  /** What was tried; behind these the tallies have the reference and the settings in use. */
  readonly tried: readonly TriedRule[];
  readonly all: Tally;
  /** Of every second image, and of the others. */
  readonly halves: readonly [Tally, Tally];
  readonly isCalibrated: boolean;
}

/** What a calibration was about. */
export type CalibrationSubject = Pick<
  CalibrationReport,
  'data' | 'gt' | 'candidates' | 'failures' | 'most_masks_per_image' | 'points_per_side'
>;

/** Chooses, and says what it is worth. */
export function reportOf({ tried, all, halves, isCalibrated }: Judged, subject: CalibrationSubject): CalibrationReport {
  const reference = all.outcomeOf({ rule: tried.length, line: 0 });
  const current = isCalibrated ? all.outcomeOf({ rule: tried.length + 1, line: 0 }) : null;
  const most = subject.most_masks_per_image;
  const chosen = bestOf(all, tried, most);
  return {
    ...subject,
    images: all.images,
    segments: all.segments,
    rules: tried.length,
    reference,
    current,
    chosen: { settings: { ...gridOf(subject), ...all.settingsOf(chosen) }, ...all.outcomeOf(chosen) },
    cross_validated: all.images > 1 ? crossValidated(halves, tried, most, current ?? reference) : null,
  };
}

/** Votes are counted on a grid: another than usual is a part of the settings. */
function gridOf({ points_per_side }: CalibrationSubject): CalibratedSettings {
  return points_per_side === REFERENCE_SETTINGS.pointsPerSide ? {} : { pointsPerSide: points_per_side };
}

function bestOf(tally: Tally, tried: readonly TriedRule[], most: number): TriedSettings {
  const best = tally.best(most, tried.length);
  if (best) return best;
  throw new SamError('bad-usage', `Expected settings that keep at most ${most} masks an image but found none`);
}

function crossValidated(
  halves: readonly [Tally, Tally],
  tried: readonly TriedRule[],
  most: number,
  inUse: Outcome,
): CrossValidation {
  const judged = [0, 1].map((seen) => {
    const unseen = halves[1 - seen];
    const best = bestOf(halves[seen], tried, most);
    return { unseen, outcome: { settings: unseen.settingsOf(best), ...unseen.outcomeOf(best) } };
  });
  const meanOf = (weight: 'images' | 'segments', name: keyof Outcome) =>
    judged.reduce((sum, { unseen, outcome }) => sum + unseen[weight] * outcome[name], 0) /
    judged.reduce((sum, { unseen }) => sum + unseen[weight], 0);
  const average_recall = meanOf('segments', 'average_recall');
  return {
    masks_per_image: meanOf('images', 'masks_per_image'),
    average_recall,
    gain: average_recall / inUse.average_recall,
    halves: judged.map(({ outcome }) => outcome),
  };
}
