const ESCAPE = '\u001b';
const ESCAPE_OR_CHARACTER = new RegExp(`${ESCAPE}\\[[?0-9;]*[A-Za-z]|${ESCAPE}.|.`, 'gsu');

interface Row {
  characters: string[];
  /** Whether it goes on where the row above was broken. */
  continues: boolean;
}

/**
 * A terminal as a person sees it: what texts and escape sequences leave on a screen of so many columns. It knows the sequences that
 * the command writes, and complains about any other.
 */
export class Terminal {
  readonly isTTY = true;
  columns: number;
  /** Writes so far. */
  writes = 0;
  /** Looks at the screen after each write, as an eye might. */
  onWritten: () => void = () => {};
  isCursorShown = true;
  /** Whether a text that is too long goes on in the next row; it is cut otherwise. */
  breaksLines = true;
  #rows: Row[] = [{ characters: [], continues: false }];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** The rows from the top, without blanks at their ends. */
  get screen(): string[] {
    const rows = this.#rows.map(({ characters }) =>
      Array.from(characters, (character) => character ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  /** Row and column, counted from 0. */
  get cursor(): readonly [row: number, column: number] {
    return [this.#row, this.#column];
  }

  write(text: string): void {
    this.writes++;
    for (const [part] of text.matchAll(ESCAPE_OR_CHARACTER)) {
      if (part.startsWith(ESCAPE)) this.#obey(part.slice(1));
      else if (part === '\r') this.#column = 0;
      else if (part === '\n') this.#newline(false);
      else this.#put(part);
    }
    this.onWritten();
  }

  /** Another width, as most terminals take it: rows are joined and broken anew, and the cursor stays at its character. */
  resize(columns: number): void {
    const rows: Row[] = [];
    let cursorRow = 0;
    let cursorColumn = 0;
    for (let first = 0; first < this.#rows.length; ) {
      let after = first + 1;
      while (this.#rows[after]?.continues) after++;
      const line = this.#rows.slice(first, after).flatMap(({ characters }) => characters);
      const start = rows.length;
      for (let i = 0; i === 0 || i < line.length; i += columns) {
        rows.push({ characters: line.slice(i, i + columns), continues: i > 0 });
      }
      if (this.#row >= first && this.#row < after) {
        const offset = (this.#row - first) * this.columns + this.#column;
        cursorRow = start + Math.floor(offset / columns);
        cursorColumn = offset % columns;
      }
      first = after;
    }
    this.#rows = rows;
    this.#row = Math.min(cursorRow, rows.length - 1);
    this.#column = cursorColumn;
    this.columns = columns;
  }

  #newline(continues: boolean): void {
    this.#row++;
    this.#column = 0;
    this.#rows[this.#row] ??= { characters: [], continues };
  }

  #put(character: string): void {
    if (this.#column >= this.columns) {
      if (this.breaksLines) this.#newline(true);
      else this.#column = this.columns - 1;
    }
    this.#rows[this.#row].characters[this.#column++] = character;
  }

  #obey(sequence: string): void {
    const { characters } = this.#rows[this.#row];
    switch (sequence) {
      case '[K':
      case '[0K':
        characters.length = Math.min(characters.length, this.#column);
        return;
      case '[2K':
        characters.length = 0;
        return;
      case '[J':
      case '[0J':
        characters.length = Math.min(characters.length, this.#column);
        this.#rows.length = this.#row + 1;
        return;
      case '[?25l':
      case '[?25h':
        this.isCursorShown = sequence.endsWith('h');
        return;
      case '[?7l':
      case '[?7h':
        this.breaksLines = sequence.endsWith('h');
        return;
      default:
        throw new Error(
          `Expected an escape sequence that this terminal knows but received ${JSON.stringify(sequence)}`,
        );
    }
  }
}
