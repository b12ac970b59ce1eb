import { InvalidArgumentError } from 'commander';
import { isInRange, rangeInWords, type SettingRange } from '../sam/setting-rules.js';

/** A commander parser for a number in a range; its message says what was expected. */
export function numberIn(range: SettingRange): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!isInRange(value, range)) {
      throw new InvalidArgumentError(`Expected ${rangeInWords(range)} but received "${text}".`);
    }
    return value;
  };
}

/** As {@link numberIn}, with "none" for null. */
export function numberOrNoneIn(range: SettingRange): (text: string) => number | null {
  const parse = numberIn(range);
  return (text) => (text === 'none' ? null : parse(text));
}

/** A commander parser for an option that may be repeated. */
export function collected(text: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, text];
}
