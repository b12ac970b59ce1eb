/**
 * Where things are in a JSON text. `JSON.parse` says neither where a value stands nor, on every Node, where the text stops being
 * JSON; this is asked only once something is wrong.
 *
 * @module
 */

/** Steps from the top of a JSON value to one inside it. */
export type JsonPath = readonly (string | number)[];

/** `images[3].objects[0].box[1]`: a path as people write it. */
export function fieldOfPath(path: JsonPath): string {
  const field = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return field.replace(/^\./, '');
}

/** The line, from 1, in which a position of a text lies. */
export function lineOfOffset(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** The offset at which the value of a path starts; of its nearest existing parent when there is no such value. */
export function offsetOfPath(text: string, path: JsonPath): number {
  const scanner = new Scanner(text);
  scanner.value(path);
  return scanner.found;
}

/** Where a text stops being JSON, or undefined when it is JSON. */
export function syntaxErrorOffset(text: string): number | undefined {
  try {
    const scanner = new Scanner(text);
    scanner.value();
    scanner.space();
    if (scanner.at < text.length) return scanner.at;
    return undefined;
  } catch (error) {
    if (error instanceof NotJson) return error.offset;
    throw error;
  }
}

class NotJson extends Error {
  constructor(readonly offset: number) {
    super(`not JSON at ${offset}`);
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const SPACE = /[ \t\n\r]*/y;

class Scanner {
  at = 0;
  /** Start of the deepest value of the path seen. */
  found = 0;

  constructor(readonly text: string) {}

  space(): void {
    this.#match(SPACE);
  }

  /** Passes over a value; `path` leads on from it to the value looked for. */
  value(path?: JsonPath): void {
    this.space();
    if (path) this.found = this.at;
    const { text } = this;
    const character = text[this.at];
    if (character === '{') this.#object(path);
    else if (character === '[') this.#array(path);
    else if (character === '"') this.#required(STRING);
    else {
      const word = ['true', 'false', 'null'].find((each) => text.startsWith(each, this.at));
      if (word) this.at += word.length;
      else this.#required(NUMBER);
    }
  }

  #object(path: JsonPath | undefined): void {
    this.at++;
    this.space();
    if (this.#passed('}')) return;
    do {
      this.space();
      const start = this.at;
      this.#required(STRING);
      const key = JSON.parse(this.text.slice(start, this.at));
      this.space();
      this.#expect(':');
      this.value(path?.[0] === key ? path?.slice(1) : undefined);
      this.space();
    } while (this.#passed(','));
    this.#expect('}');
  }

  #array(path: JsonPath | undefined): void {
    this.at++;
    this.space();
    if (this.#passed(']')) return;
    let index = 0;
    do {
      this.value(path?.[0] === index ? path.slice(1) : undefined);
      this.space();
      index++;
    } while (this.#passed(','));
    this.#expect(']');
  }

  #passed(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#passed(character)) throw new NotJson(this.at);
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  #required(pattern: RegExp): void {
    if (!this.#match(pattern)) throw new NotJson(this.at);
  }
}
