import { type Command, Option } from 'commander';
import { type GeneratorSettings, REFERENCE_SETTINGS, SETTING_RANGES } from '../amg/settings.js';
import { numberIn } from './parse.js';

/** Each setting of the generator with what `--help` says of it; the flag is the reference's name with hyphens. */
const DESCRIPTIONS: Readonly<Record<keyof GeneratorSettings, string>> = {
  pointsPerSide: 'points along one side of the grid: 32 asks about 1,024 points',
  pointsPerBatch: 'points that go through the decoder together, at most; the masks do not depend on it',
  predIouThresh: 'keep masks whose predicted IoU is above this',
  stabilityScoreThresh: 'keep masks whose stability score is at least this; lower finds more, rougher masks',
  stabilityScoreOffset: 'shift of the cutoff, in logits, for the stability score',
  boxNmsThresh: 'boxes that overlap a better one by more than this IoU are duplicates',
};

const SETTING_NAMES = Object.keys(DESCRIPTIONS) as (keyof GeneratorSettings)[];

/** `pointsPerSide` as `points-per-side`. */
function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Adds a flag for each setting of the generator. */
export function addGeneratorOptions(command: Command): Command {
  for (const name of SETTING_NAMES) {
    const option = new Option(`--${flagOf(name)} <number>`, DESCRIPTIONS[name])
      .argParser(numberIn(SETTING_RANGES[name]))
      .default(REFERENCE_SETTINGS[name])
      .helpGroup('Mask generation (names and defaults of the reference):');
    command.addOption(option);
  }
  return command;
}

/** The settings among a command's parsed options. */
export function generatorSettingsOf(options: GeneratorSettings): GeneratorSettings {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, options[name]])) as unknown as GeneratorSettings;
}
