/** Control characters, line and paragraph separators, and what turns the direction of writing. */
const HARMFUL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Names come from anywhere: one with a newline or an escape sequence must not write lines, or colours, of its own. */
export function shown(text: string): string {
  return text.replace(HARMFUL, (sign) => SHORT[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Lines for a terminal or a log, each {@link shown}, with their ends. */
export function shownLines(lines: readonly string[]): string {
  return lines.map((line) => `${shown(line)}\n`).join('');
}
