import type { CalibrationReport, SettingsOutcome } from '../calibrate/calibration-report.js';
import { snakeCaseName } from '../sam/setting-names.js';
import { tableOf } from './table.js';

type Outcome = CalibrationReport['reference'];

/** Settings with the names that files have. */
export function namedSettings(settings: SettingsOutcome['settings']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [snakeCaseName(name), value]));
}

/** What calibration found as data, with the names that files have. */
export function calibrationAsData(report: CalibrationReport): Record<string, unknown> {
  const named = (outcome: SettingsOutcome) => ({ ...outcome, settings: namedSettings(outcome.settings) });
  const { chosen, cross_validated } = report;
  return {
    ...report,
    chosen: named(chosen),
    cross_validated: cross_validated && { ...cross_validated, halves: cross_validated.halves.map(named) },
  };
}

/** What calibration found, for a person. */
export function calibrationInWords(report: CalibrationReport, model: string): string {
  const { images, failures, segments, rules, most_masks_per_image, reference, current, chosen, cross_validated } =
    report;
  const row = (name: string, { masks_per_image, average_recall }: Outcome) => [
    name,
    masks_per_image.toFixed(1),
    average_recall.toFixed(4),
    // of nothing there is no multiple
    reference.average_recall > 0 ? (average_recall / reference.average_recall).toFixed(3) : '-',
  ];
  const rows = [
    ['', 'masks an image', 'average recall', "times reference's"],
    row('reference', reference),
    ...(current ? [row('default now', current)] : []),
    row('chosen', chosen),
    ...(cross_validated ? [row('chosen on one half, judged on the other', cross_validated)] : []),
  ];
  const lines = [
    `${model}: ${images} images with ${segments} segments, ${rules} rules, at most ${most_masks_per_image} masks an image`,
    ...(failures > 0 ? [`${failures} images could not be read and are left out`] : []),
    '',
    ...tableOf(rows),
    '',
    ...gainInWords(report),
    '',
    'Chosen settings:',
    ...Object.entries(namedSettings(chosen.settings)).map(([name, value]) => `  ${name.padEnd(24)}${value}`),
  ];
  return `${lines.join('\n')}\n`;
}

function gainInWords({ current, cross_validated }: CalibrationReport): string[] {
  if (!cross_validated) return ['A single image: nothing says what these settings do for others.'];
  const { gain } = cross_validated;
  if (!Number.isFinite(gain)) return ['What is in use finds nothing on these images.'];
  const inUse = current ? '`default` finds as it is now' : "the reference's settings find, which `default` uses so far";
  return [`On images it was not chosen on, what is chosen finds ${gain.toFixed(3)} times what ${inUse}.`];
}
