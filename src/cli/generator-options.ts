import { type Command, Option } from 'commander';
import { DEFAULT_PRESET, PRESET_NAMES, PRESETS, type PresetName, settingsOfPreset } from '../amg/presets.js';
import { type GeneratorSettings, REFERENCE_SETTINGS, SETTING_NAMES, SETTING_RULES } from '../amg/settings.js';
import { hyphenatedName, snakeCaseName } from '../sam/setting-names.js';
import type { SettingRule } from '../sam/setting-rules.js';
import { numberIn, numberOrNoneIn } from './parse.js';
import { readPointGrids, readSettingsFile } from './settings-file.js';

/** The generator's settings as a command's parsed options: those that were given. */
export interface GeneratorOptions extends Partial<Omit<GeneratorSettings, 'pointGrids'>> {
  /** Path of a JSON file. */
  readonly pointGrids?: string;
  readonly preset?: string;
  /** Path of a JSON file. */
  readonly config?: string;
}

/** A preset with everything on top of it. */
export interface ChosenSettings {
  readonly preset: string;
  readonly settings: GeneratorSettings;
  /** Whether the preset asks for thresholds calibrated for the model, and neither it nor the user has any. */
  readonly lacksCalibration: boolean;
}

/** Each setting of the generator with what `--help` says of it; the flag is the reference's name with hyphens. */
const DESCRIPTIONS: Readonly<Record<keyof GeneratorSettings, string>> = {
  pointsPerSide: 'points along one side of the grid: 32 asks about 1,024 points',
  pointsPerBatch: 'points that go through the decoder together, at most; the masks do not depend on it',
  predIouThresh: 'keep masks whose predicted IoU is above this',
  stabilityScoreThresh: 'keep masks whose stability score is at least this; lower finds more, rougher masks',
  stabilityScoreOffset: 'shift of the cutoff, in logits, for the stability score',
  boxNmsThresh: 'masks that overlap a better one by more than this IoU are duplicates',
  cropNLayers:
    'look again at 4 crops (1), 20 crops (2), ...: finds smaller objects, each crop takes as long as an image',
  cropNmsThresh: 'masks that overlap one from a smaller crop by more than this IoU are duplicates',
  cropOverlapRatio: 'overlap of the crops of layer 1, as a fraction of the short side',
  cropNPointsDownscaleFactor: 'points along a side of layer n are divided by this to the power of n',
  pointGrids: 'JSON with points to ask, [x, y] from 0 to 1, one list a layer: [[[0.5, 0.5]]]',
  minMaskRegionArea: 'remove holes and islands of fewer pixels than this from masks',
  smallRegions: "remove them as Meta's code or as the paper does (docs/settings.md)",
  maxMaskCoverage: 'drop masks that cover this share of the image or more',
  useM2m: "feed each mask back to the model once (SAM 2's generator); several times as slow",
  nms: 'overlap of duplicates: of their boxes, or of the masks themselves, which keeps crossing objects',
  nonOverlapping: 'give pixels that several masks claim to one of them',
  pointsBudget: 'ask an image so many points at most: those that look least alike',
  ranking: 'which masks are the better ones: those the model rates higher, or those that more points agree on',
  votesExponent: 'with --ranking agreement: weight of the number of points that agree, as an exponent',
  stabilityExponent: 'with --ranking agreement: weight of the stability score, as an exponent',
  scoreThresh: 'with --ranking agreement: the k-th mask is kept while its score / k^0.2 is at least this',
};

/** The heading of these options in help. */
const GROUP = 'Mask generation:';

/** From here on settings are not the reference's. */
const OWN_SETTINGS: ReadonlySet<string> = new Set([
  'smallRegions',
  'maxMaskCoverage',
  'useM2m',
  'nms',
  'nonOverlapping',
  'pointsBudget',
  'ranking',
  'votesExponent',
  'stabilityExponent',
  'scoreThresh',
]);

/** Whoever gives one of these knows that the reference's do not fit. */
const CALIBRATED_NAMES = ['predIouThresh', 'stabilityScoreThresh', 'ranking', 'scoreThresh'] as const;

/** Adds `--preset`, `--config` and a flag for each setting of the generator. */
export function addGeneratorOptions(command: Command): Command {
  const presets = PRESET_NAMES.map((name) => `${name}: ${PRESETS[name].description}`).join('; ');
  command
    .addOption(
      new Option('--preset <name>', `${presets} (default: "${DEFAULT_PRESET}")`).choices(PRESET_NAMES).helpGroup(GROUP),
    )
    .addOption(
      new Option('--config <file>', 'JSON with settings by the names of these flags; flags win').helpGroup(GROUP),
    );
  for (const name of SETTING_NAMES) {
    for (const option of settingFlags(name)) command.addOption(option.helpGroup(helpGroupOf(name)));
  }
  return command;
}

/** For commands that can print the settings instead of using them. */
export function printSettingsOption(): Option {
  return new Option(
    '--print-settings',
    'print all settings as JSON, ready for --config, and do nothing else',
  ).helpGroup(GROUP);
}

function helpGroupOf(name: keyof GeneratorSettings): string {
  return OWN_SETTINGS.has(name) ? 'Beyond the reference:' : 'Names of the reference (its values; presets change them):';
}

function settingFlags(name: keyof GeneratorSettings): Option[] {
  const rule: SettingRule = SETTING_RULES[name];
  const flag = `--${hyphenatedName(name)}`;
  const description = `${DESCRIPTIONS[name]} (${OWN_SETTINGS.has(name) ? 'default' : 'reference'}: ${shownDefault(name)})`;
  switch (rule.kind) {
    case 'number':
      return [
        new Option(`${flag} <number>`, description).argParser(rule.orNone ? numberOrNoneIn(rule) : numberIn(rule)),
      ];
    case 'choice':
      return [new Option(`${flag} <name>`, description).choices(rule.choices.map(String))];
    case 'flag':
      return [
        new Option(flag, description),
        new Option(`--no-${hyphenatedName(name)}`, 'not so, where a preset or file says so').hideHelp(),
      ];
    case 'point-grids':
      return [new Option(`${flag} <file>`, description)];
  }
}

function shownDefault(name: keyof GeneratorSettings): string {
  const value = REFERENCE_SETTINGS[name];
  if (value === null) return 'none';
  if (value === false) return 'no';
  return typeof value === 'number' ? String(Math.round(value * 1e4) / 1e4) : String(value);
}

/**
 * The settings of a command line: the preset, over it the settings file, over that the flags.
 *
 * @param options - what commander parsed
 * @param calibrated - the settings calibrated for the model
 * @throws SamError `bad-usage` or `bad-point-grid` for what cannot be read or used
 */
export async function generatorSettingsOf(
  options: GeneratorOptions,
  calibrated: Partial<GeneratorSettings>,
): Promise<ChosenSettings> {
  const file = options.config === undefined ? { settings: {} } : await readSettingsFile(options.config);
  const flags = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, options[name]]).filter(([, value]) => value !== undefined),
  );
  if (options.pointGrids !== undefined) flags.pointGrids = await readPointGrids(options.pointGrids);
  const preset = options.preset ?? file.preset ?? DEFAULT_PRESET;
  const given: Partial<GeneratorSettings> = { ...file.settings, ...flags };
  const settings = settingsOfPreset(preset, calibrated, given);
  const hasThresholds =
    Object.keys(calibrated).length > 0 || CALIBRATED_NAMES.some((name) => given[name] !== undefined);
  return { preset, settings, lacksCalibration: PRESETS[preset as PresetName].isCalibrated && !hasThresholds };
}

/** What a user should know of a model's thresholds before a run. */
export function calibrationNotices(model: string, { preset, lacksCalibration }: ChosenSettings): string[] {
  if (!lacksCalibration) return [];
  return [
    `${model} was never calibrated: the preset ${preset} uses the reference's thresholds, which were set for ViT-H. \`sam-cli calibrate --help\` says how to find those that fit.`,
  ];
}

/** Settings as a file that `--config` takes. */
export function settingsJsonOf({ preset, settings }: Omit<ChosenSettings, 'lacksCalibration'>): string {
  const named = SETTING_NAMES.map((name) => [snakeCaseName(name), settings[name]]);
  return `${JSON.stringify({ preset, ...Object.fromEntries(named) }, undefined, 2)}\n`;
}
