import { SamError } from '../errors.js';

/** A path with forward slashes and without a leading `./` or `../`. */
export function normalisedName(name: string): string {
  return name.replaceAll('\\', '/').replace(/^(?:\.{0,2}\/)+/, '');
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function isTailOf(tail: string, name: string): boolean {
  return name === tail || name.endsWith(`/${tail}`);
}

/**
 * Finds what a prompt file says of an image although the two rarely name it alike: `train/a.jpg` in the file and `a.jpg` below the
 * input are one image, as one path ends with the other.
 */
export class ImageIndex<T> {
  readonly #byName = new Map<string, T>();
  readonly #byBase = new Map<string, string[]>();

  /** @returns whether the name was new. */
  add(name: string, value: T): boolean {
    const key = normalisedName(name);
    const isNew = !this.#byName.has(key);
    this.#byName.set(key, value);
    if (!isNew) return false;
    const base = baseOf(key);
    const names = this.#byBase.get(base);
    if (names) names.push(key);
    else this.#byBase.set(base, [key]);
    return true;
  }

  /**
   * @returns the value of the image, or undefined.
   * @throws SamError `bad-prompt` when several entries could be meant.
   */
  find(name: string): T | undefined {
    const key = normalisedName(name);
    const exact = this.#byName.get(key);
    if (exact !== undefined) return exact;
    const candidates = (this.#byBase.get(baseOf(key)) ?? []).filter(
      (each) => isTailOf(each, key) || isTailOf(key, each),
    );
    if (candidates.length > 1) {
      throw new SamError(
        'bad-prompt',
        `Expected one entry for the image ${name} among the prompts but received ${candidates.join(' and ')}`,
        'Give the folder above as input, so that names have their folders too.',
      );
    }
    return candidates.length === 1 ? this.#byName.get(candidates[0]) : undefined;
  }
}
