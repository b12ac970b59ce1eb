/**
 * What a setting may be, and how to say so. The library, the command line and settings files check against the same rules.
 *
 * @module
 */

import { SamError } from '../errors.js';

/** A number and its bounds, both included. */
export interface SettingRange {
  readonly integer: boolean;
  readonly min: number;
  readonly max: number;
}

/** What one setting may be. */
export type SettingRule =
  | ({
      readonly kind: 'number' /** Whether null, "none" on the command line, is allowed. */;
      readonly orNone?: true;
    } & SettingRange)
  | { readonly kind: 'choice'; readonly choices: readonly (string | boolean | number)[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'point-grids' };

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
 * Checks a value against its rule. What is inside point grids is checked where the number of crop layers is known.
 *
 * @param name - as the user wrote it
 * @throws SamError `bad-usage` that says what was expected
 */
export function checkSetting(name: string, value: unknown, rule: SettingRule): void {
  const expected = expectedBy(rule, value);
  if (expected === undefined) return;
  const shown = JSON.stringify(value) ?? String(value);
  throw new SamError('bad-usage', `Expected ${expected} for ${name} but received ${shown} of type ${typeof value}`);
}

/**
 * Settings by name, each checked against its rule; undefined ones are left out.
 *
 * @throws SamError `bad-usage` for a name without a rule or a value that its rule does not allow
 */
export function checkedSettings<Settings>(
  settings: Partial<Settings>,
  rules: Readonly<Record<keyof Settings, SettingRule>>,
): Partial<Settings> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(rules, name)) {
      const names = Object.keys(rules).join(', ');
      throw new SamError('bad-usage', `Expected one of ${names} as a setting but received ${name}`);
    }
    checkSetting(name, value, rules[name as keyof Settings]);
  }
  return Object.fromEntries(given) as Partial<Settings>;
}

/** What the rule wanted instead of this value; undefined if the value is fine. */
function expectedBy(rule: SettingRule, value: unknown): string | undefined {
  switch (rule.kind) {
    case 'number':
      if (rule.orNone && value === null) return undefined;
      return isInRange(value, rule) ? undefined : `${rangeInWords(rule)}${rule.orNone ? ' or null' : ''}`;
    case 'choice':
      return rule.choices.includes(value as string | boolean | number)
        ? undefined
        : `one of ${rule.choices.join(', ')}`;
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'point-grids':
      return value === null || Array.isArray(value) ? undefined : 'a list of grids or null';
  }
}
