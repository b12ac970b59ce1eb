/**
 * One setting, three spellings: `pointsPerSide` in programs, `--points-per-side` on the command line, `points_per_side` in files.
 *
 * @module
 */

/** `pointsPerSide` as `points-per-side`. */
export function hyphenatedName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `pointsPerSide` as `points_per_side`. */
export function snakeCaseName(name: string): string {
  return hyphenatedName(name).replaceAll('-', '_');
}

/** `points-per-side` and `points_per_side` as `pointsPerSide`. */
export function camelCaseName(name: string): string {
  return name.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
