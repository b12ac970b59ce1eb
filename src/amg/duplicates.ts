/**
 * Several points find the same object: of candidates that overlap too much the best stays.
 *
 * @module
 */

import { boxNms } from '../mask/runs/box-nms.js';
import { maskNms } from '../mask/runs/mask-nms.js';
import type { Candidate } from './candidate.js';

/** When two candidates are one object. */
export interface DuplicateRule {
  /** Overlap of their boxes or of their pixels. */
  readonly nms: 'box' | 'mask';
  /** Above this IoU the lower-scored is dropped. */
  readonly iouThresh: number;
}

/**
 * Candidates that no higher-scored one duplicates, best score first; of equal scores the earlier counts as better.
 *
 * @param scoreOf - asked once a candidate; rounded to float32, in which the reference compares
 */
export function withoutDuplicates(
  candidates: readonly Candidate[],
  scoreOf: (candidate: Candidate, index: number) => number,
  { nms, iouThresh }: DuplicateRule,
): Candidate[] {
  const scores = Float32Array.from(candidates, scoreOf);
  const kept =
    nms === 'box'
      ? boxNms(Float32Array.from(candidates.flatMap((candidate) => candidate.boxXyxy)), scores, iouThresh)
      : maskNms(
          candidates.map((candidate) => candidate.mask),
          scores,
          iouThresh,
        );
  return kept.map((index) => candidates[index]);
}

/** Higher for candidates from smaller crops: a closer look counts more (`1 / box_area(crop_boxes)` of the reference). */
export function inverseCropAreaOf({ crop }: Candidate): number {
  const [x0, y0, x1, y1] = crop.boxXyxy;
  return 1 / ((x1 - x0) * (y1 - y0));
}
