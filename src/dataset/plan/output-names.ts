import { createHash } from 'node:crypto';
import { FingerprintSet } from './fingerprint-set.js';

/** Longest last part of an output name in bytes: file systems end at 255, and `.json` and a number must fit too. */
const LONGEST_PART = 240;

/** `a/b.jpg` without its extension: `a/b`. A leading dot is part of the name. */
export function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && name.lastIndexOf('/') < dot - 1 ? name.slice(0, dot) : name;
}

/** Where results are known by a name up to its first dot (WebDataset), an image's name must not have one. */
function withoutDots(name: string): string {
  const start = name.lastIndexOf('/') + 1;
  return name.slice(0, start) + name.slice(start).replaceAll('.', '_');
}

/** A name that a file system takes: parts that are too long end in a hash of the whole. */
export function fitting(name: string): string {
  if (name.length * 3 <= LONGEST_PART) return name;
  const parts = name.split('/').map((part) => {
    if (Buffer.byteLength(part) <= LONGEST_PART) return part;
    const hash = createHash('sha256').update(part).digest('hex').slice(0, 12);
    const bytes = Buffer.from(part).subarray(0, LONGEST_PART - hash.length - 1);
    // a character cut in two decodes as a replacement character of three bytes
    return `${bytes.toString('utf8').replace(/\uFFFD+$/, '')}~${hash}`;
  });
  return parts.join('/');
}

/**
 * The name of each image's result, without `.json`: the image's name without its extension; where two would be the same,
 * both keep it (`a.jpg`, `a.png`); where even that is the same (two input folders), the later ones are numbered
 * (`a.jpg`, `a.jpg.2`). All different, and the same on every run over the same images.
 *
 * Every name is counted first, then each is asked for, in the same order; only fingerprints are kept. Of images whose names do not meet
 * nothing is kept once all are counted.
 */
export class OutputNames {
  readonly #dots: boolean;
  /** Short names counted so far. */
  #shorts = new FingerprintSet();
  /** Short names that several images would have. */
  #shared = new FingerprintSet();
  #reserved = new FingerprintSet();
  /** Names that an image has got: only where that decides what later ones get. */
  readonly #given = new FingerprintSet();

  /** @param options - `dots: false` makes names without a dot in their last part (`a_jpg`, `a_jpg_2`). @default true */
  constructor(options: { readonly dots?: boolean } = {}) {
    this.#dots = options.dots ?? true;
  }

  /** The same names to be asked for from the first image on, without a trace in these: for when all are counted and reserved. */
  fromTheFirst(): OutputNames {
    const names = new OutputNames({ dots: this.#dots });
    names.#shared = this.#shared;
    names.#reserved = this.#reserved;
    return names;
  }

  /** Takes notice of an image's name. */
  count(name: string): void {
    const short = this.#shortOf(name);
    if (!this.#shorts.add(short)) this.#shared.add(short);
  }

  /** Says that the last name was counted: what only counting needs is let go. */
  endCount(): void {
    this.#shorts = new FingerprintSet();
  }

  /** Keeps an output name from being given. */
  reserve(output: string): void {
    this.#reserved.add(output);
  }

  /** Whether names depend on those asked for before; where they do not, names that nobody needs need not be asked for. */
  get dependOnOrder(): boolean {
    return this.#shared.size > 0 || this.#reserved.size > 0;
  }

  /** The output name of the next image. */
  next(name: string): string {
    const short = this.#shortOf(name);
    if (!this.dependOnOrder) return short;
    const wanted = this.#shared.has(short) ? this.#fullOf(name) : short;
    let output = wanted;
    for (let copy = 2; !this.#give(output); copy++) output = `${wanted}${this.#dots ? '.' : '_'}${copy}`;
    return output;
  }

  /** Gives a name to an image, unless it is another's. */
  #give(output: string): boolean {
    return !this.#reserved.has(output) && this.#given.add(output);
  }

  #shortOf(name: string): string {
    const short = withoutExtension(name);
    return fitting(this.#dots ? short : withoutDots(short));
  }

  #fullOf(name: string): string {
    return fitting(this.#dots ? name : withoutDots(name));
  }
}
