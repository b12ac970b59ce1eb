/**
 * Settings that a user keeps in files: JSON, with the names of the flags.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { type GeneratorSettings, type PointGridLists, SETTING_NAMES, SETTING_RULES } from '../amg/settings.js';
import { messageOf, SamError } from '../errors.js';
import { camelCaseName, snakeCaseName } from '../sam/setting-names.js';
import { checkSetting } from '../sam/setting-rules.js';

/** What a settings file says. */
export interface SettingsFile {
  readonly preset?: string;
  readonly settings: Partial<GeneratorSettings>;
}

/**
 * Reads a settings file: one JSON object whose keys are names of flags, with underscores or hyphens, `preset` among them; what
 * `--print-settings` prints is one.
 *
 * @throws SamError `bad-usage` that names the file and what is wrong in it
 */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  const content = await readJson(path, 'a settings file');
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new SamError(
      'bad-usage',
      `Expected an object such as {"points_per_side": 16} in ${path} but received ${shown(content)}`,
    );
  }
  const settings: Record<string, unknown> = {};
  let preset: string | undefined;
  for (const [key, value] of Object.entries(content)) {
    const name = camelCaseName(key);
    if (name === 'preset') {
      if (typeof value !== 'string') {
        throw new SamError('bad-usage', `Expected a name for preset in ${path} but received ${shown(value)}`);
      }
      preset = value;
      continue;
    }
    const rule = SETTING_RULES[name as keyof GeneratorSettings];
    if (!rule) {
      const known = ['preset', ...SETTING_NAMES.map(snakeCaseName)].join(', ');
      throw new SamError('bad-usage', `Expected one of ${known} in ${path} but received ${key}`);
    }
    if (name in settings)
      throw new SamError('bad-usage', `Expected ${snakeCaseName(name)} once in ${path} but received it twice`);
    checkSetting(`${key} in ${path}`, value, rule);
    settings[name] = value;
  }
  return { ...(preset !== undefined && { preset }), settings };
}

/**
 * Reads a file of explicit grids, one list of [x, y] pairs a crop layer. What is
 * in them is checked with the other settings.
 *
 * @throws SamError `bad-usage` when the file holds no JSON list
 */
export async function readPointGrids(path: string): Promise<PointGridLists> {
  const content = await readJson(path, 'point grids');
  checkSetting(`point grids in ${path}`, content, { kind: 'point-grids' });
  return content as PointGridLists;
}

async function readJson(path: string, what: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new SamError('bad-usage', `Expected ${what} as JSON but could not read ${path}: ${messageOf(error)}`);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
