import { boxNms } from '../mask/runs/box-nms.js';
import { type MeasuredMask, maskIouAbove } from '../mask/runs/mask-iou.js';
import { rankedByScore } from '../mask/runs/mask-nms.js';
import type { SelectionRule } from './selection-rule.js';

/** The masks that overlap one too much to be kept beside it. */
interface Overlapping {
  readonly others: Uint32Array;
  readonly ious: Float64Array;
}

/**
 * Removes the duplicates of one image's masks, for many rankings: `withoutDuplicates` for each, but no two masks are compared twice. Only masks
 * that some ranking keeps are compared with the others.
 */
export class NmsOfRules {
  readonly #masks: readonly MeasuredMask[];
  readonly #leastIou: number;
  readonly #rows: (Overlapping | undefined)[] = [];

  /** @param leastIou - No mask NMS has a lower threshold; 0 to 1. */
  constructor(masks: readonly MeasuredMask[], leastIou: number) {
    this.#masks = masks;
    this.#leastIou = leastIou;
  }

  /**
   * The masks that are kept, best first.
   *
   * @param eligible - Indices of masks, ascending.
   * @param scores - One each; compared as float32.
   */
  kept(
    eligible: readonly number[],
    scores: readonly number[],
    { nms, boxNmsThresh }: Pick<SelectionRule, 'nms' | 'boxNmsThresh'>,
  ): number[] {
    const rounded = Float32Array.from(scores);
    if (nms === 'box') {
      const boxes = Float32Array.from(eligible.flatMap((index) => this.#masks[index].boxXyxy));
      return boxNms(boxes, rounded, boxNmsThresh).map((place) => eligible[place]);
    }
    const isDuplicate = new Uint8Array(this.#masks.length);
    const kept: number[] = [];
    for (const place of rankedByScore(rounded)) {
      const index = eligible[place];
      if (isDuplicate[index]) continue;
      kept.push(index);
      const { others, ious } = this.#rowOf(index);
      for (let at = 0; at < ious.length; at++) if (ious[at] > boxNmsThresh) isDuplicate[others[at]] = 1;
    }
    return kept;
  }

  #rowOf(index: number): Overlapping {
    this.#rows[index] ??= this.#overlapping(index);
    return this.#rows[index];
  }

  #overlapping(index: number): Overlapping {
    const mask = this.#masks[index];
    const others: number[] = [];
    const ious: number[] = [];
    for (const [other, each] of this.#masks.entries()) {
      if (other === index) continue;
      const iou = maskIouAbove(mask, each, this.#leastIou);
      if (iou === 0) continue;
      others.push(other);
      ious.push(iou);
    }
    return { others: Uint32Array.from(others), ious: Float64Array.from(ious) };
  }
}
