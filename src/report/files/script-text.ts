/** Characters that could end a script or a line of it where it stands inside a page. */
const UNSAFE = /[<>&\u2028\u2029]/g;

/**
 * A script that hands data to the page. From a disk a page may load scripts but read no files, so data comes as scripts. All of it is
 * one string literal that the page reads as JSON: whatever names hold, nothing in them is script, HTML or the name of a prototype.
 *
 * @param name - Of the data, see `DATA_NAMES`.
 */
export function scriptTextOf(name: string, data: unknown): string {
  return `samReport(${literalOf(name)},${literalOf(JSON.stringify(data))});\n`;
}

function literalOf(text: string): string {
  return JSON.stringify(text).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
