import { IOU_THRESHES } from '../evaluate/coco/params.js';
import type { ImageCurves } from './image-curves.js';
import { type CalibratedSettings, settingsOfRule, type TriedRule } from './selection-rule.js';

/** What some settings reach on some images. Names are those of the command's JSON. */
export interface Outcome {
  readonly masks_per_image: number;
  /** 0 to 1. */
  readonly average_recall: number;
}

/** A tried rule and one of its lines, by their indices. */
export interface TriedSettings {
  readonly rule: number;
  readonly line: number;
}

/** Sums over images: how many masks each line of each rule keeps, and what they find. Whole numbers, whose order does not matter. */
export class Tally {
  readonly #tried: readonly TriedRule[];
  /** Where the lines of each rule begin. */
  readonly #starts: readonly number[];
  readonly #masks: Float64Array;
  readonly #found: Float64Array;
  #images = 0;
  #segments = 0;

  constructor(tried: readonly TriedRule[]) {
    this.#tried = tried;
    let lines = 0;
    this.#starts = tried.map((each) => {
      const start = lines;
      lines += each.lines.length;
      return start;
    });
    this.#masks = new Float64Array(lines);
    this.#found = new Float64Array(lines);
  }

  get images(): number {
    return this.#images;
  }

  get segments(): number {
    return this.#segments;
  }

  add({ masks, found, segments }: ImageCurves): void {
    for (let i = 0; i < masks.length; i++) {
      this.#masks[i] += masks[i];
      this.#found[i] += found[i];
    }
    this.#images++;
    this.#segments += segments;
  }

  /** What some of the tried settings reach on these images. */
  outcomeOf({ rule, line }: TriedSettings): Outcome {
    const i = this.#starts[rule] + line;
    return {
      masks_per_image: this.#masks[i] / this.#images,
      average_recall: this.#found[i] / (IOU_THRESHES.length * this.#segments),
    };
  }

  /**
   * The settings that find most with at most so many masks an image; the first of equals. Undefined when all keep more.
   *
   * @param rules - Only the first so many.
   */
  best(mostMasksPerImage: number, rules: number): TriedSettings | undefined {
    let best: TriedSettings | undefined;
    let mostFound = -1;
    for (const [rule, { lines }] of this.#tried.slice(0, rules).entries()) {
      const start = this.#starts[rule];
      // each further line keeps as many masks or fewer
      const line = lines.findIndex((_, i) => this.#masks[start + i] <= mostMasksPerImage * this.#images);
      if (line < 0 || this.#found[start + line] <= mostFound) continue;
      best = { rule, line };
      mostFound = this.#found[start + line];
    }
    return best;
  }

  /** Tried settings by their names. */
  settingsOf({ rule, line }: TriedSettings): CalibratedSettings {
    const tried = this.#tried[rule];
    return settingsOfRule(tried.rule, tried.lines[line]);
  }
}
