import type { TextStream } from '../command-context.js';

/** Back to the line's start, and everything from there on removed. */
const CLEAR = '\r\x1b[J';
/** A text longer than the line is cut instead of broken: the terminal may have become narrower a moment ago. */
const CUT = '\x1b[?7l';
const BREAK = '\x1b[?7h';
/** Where `columns` is not known. */
const USUAL_COLUMNS = 80;

/**
 * The last line of a terminal, drawn over again and again, with other lines above it. Each change is one write, so that nothing
 * flickers. The cursor rests at the line's start: what the terminal itself writes there (`^C`, a line that became narrower and is
 * broken in two) is drawn over by the next text, and a process that is killed leaves the cursor where the shell expects it.
 *
 * It has the methods that cli-progress calls on a terminal.
 */
export class TerminalLine {
  readonly #stream: TextStream;
  #text = '';

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /** Draws a text over the line. */
  write(text: string): void {
    this.#text = text;
    this.#stream.write(this.#drawn);
  }

  /** Prints whole lines above the line. */
  printAbove(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const above = lines.map((line) => `${line}\n`).join('');
    this.#stream.write(this.#text === '' ? above : `${CLEAR}${above}${this.#drawn}`);
  }

  /** Removes the line. */
  clearLine(): void {
    if (this.#text !== '') this.#stream.write(CLEAR);
    this.#text = '';
  }

  isTTY(): boolean {
    return true;
  }

  getWidth(): number {
    return this.#stream.columns || USUAL_COLUMNS;
  }

  // what cli-progress does around a text is part of `write` here
  cursorSave(): void {}
  cursorRestore(): void {}
  cursorTo(): void {}
  clearRight(): void {}

  get #drawn(): string {
    return `\r${CUT}${this.#text}\x1b[J${BREAK}\r`;
  }
}
