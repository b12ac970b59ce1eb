/**
 * What every tried rule makes of one image: how many masks are kept at each line, and how much of what people drew they find.
 *
 * @module
 */

import { predIouLimitOf } from '../amg/candidates/pred-iou-limit.js';
import { agreementScoreOf, scoreAtPlace } from '../amg/selection/agreement-score.js';
import { votesOf } from '../amg/selection/votes.js';
import { SamError } from '../errors.js';
import { recordProblem } from '../evaluate/record-problem.js';
import { type TruthImage, truthSegmentOf } from '../formats/coco/read-ground-truth.js';
import { imageResultOfSa1b } from '../formats/sa1b/read.js';
import type { FoundMask, ImageResult } from '../sam/found-mask.js';
import { FoundSegments } from './found-segments.js';
import { NmsOfRules } from './nms-of-rules.js';
import type { SelectionRule, TriedRule } from './selection-rule.js';

/** An image to be judged: plain data. */
export interface CurvesTask {
  readonly truth: TruthImage;
  /** All that the model proposed in it. */
  readonly record: { readonly text: string; readonly file: string };
  readonly tried: readonly TriedRule[];
}

/** Of one image, for all rules and their lines, one after the other. */
export interface ImageCurves {
  /** Masks that are kept. */
  readonly masks: Uint32Array;
  /** Segments that they find, added up over the ten IoU thresholds. */
  readonly found: Uint32Array;
  /** Segments that people drew. */
  readonly segments: number;
}

/** A rule's masks, best first. */
interface RankedList {
  readonly indices: readonly number[];
  /** Of each mask, what its line is compared with; none is larger than the one before. */
  readonly marks: readonly number[];
}

/**
 * Judges an image.
 *
 * @throws SamError `bad-run-folder` for a damaged record, `bad-usage` when the ground truth is of another size.
 */
export function imageCurvesOf({ truth, record, tried }: CurvesTask): ImageCurves {
  const result = recordProblem(record.file, () => imageResultOfSa1b(record));
  if (result.width !== truth.width || result.height !== truth.height) {
    throw new SamError(
      'bad-usage',
      `Expected ${truth.fileName} to be ${result.width} x ${result.height}, as the image is, but it is ${truth.width} x ${truth.height} in --gt`,
      'The ground truth is of another size of the image.',
    );
  }
  const segments = truth.annotations
    .filter(({ iscrowd }) => iscrowd !== 1)
    .map((annotation) => ({ mask: truthSegmentOf(annotation, truth).mask, annotator: annotation.annotator }));
  const ranking = new CandidateRanking(result, tried);
  const judge = new FoundSegments(result.masks, segments);
  const total = tried.reduce((sum, { lines }) => sum + lines.length, 0);
  const curves = { masks: new Uint32Array(total), found: new Uint32Array(total), segments: segments.length };
  let at = 0;
  for (const { rule, lines } of tried) {
    const { indices, marks } = ranking.listOf(rule);
    const found = judge.foundByPrefix(indices);
    for (const line of lines) {
      const masks = keptAbove(marks, line, rule.ranking);
      curves.masks[at] = masks;
      curves.found[at++] = masks > 0 ? found[masks - 1] : 0;
    }
  }
  return curves;
}

/** How many masks of a list a line keeps. */
function keptAbove(marks: readonly number[], line: number, ranking: SelectionRule['ranking']): number {
  const limit = predIouLimitOf(line);
  const isKept = ranking === 'agreement' ? (mark: number) => mark >= line : (mark: number) => mark > limit;
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isKept(marks[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ranks an image's candidates by any rule. The generator's selection does the same for one; here overlaps and votes are counted once. */
class CandidateRanking {
  readonly #masks: readonly FoundMask[];
  readonly #votes: readonly number[];
  readonly #pixels: number;
  readonly #nms: NmsOfRules;

  constructor({ masks, width, height }: ImageResult, tried: readonly TriedRule[]) {
    this.#masks = masks;
    const votes = votesOf(masks, { width, height });
    this.#votes = masks.map((mask) => votes.get(mask) ?? 1);
    const byMask = tried.flatMap(({ rule: { nms, boxNmsThresh } }) => (nms === 'mask' ? boxNmsThresh : []));
    this.#pixels = width * height;
    this.#nms = new NmsOfRules(masks, Math.min(1, ...byMask));
  }

  listOf(rule: SelectionRule): RankedList {
    const isByAgreement = rule.ranking === 'agreement';
    const limit = predIouLimitOf(rule.predIouThresh);
    const scoreOf = (i: number) => {
      const mask = this.#masks[i];
      return isByAgreement ? agreementScoreOf(mask, this.#votes[i], this.#pixels, rule) : mask.predictedIou;
    };
    const eligible: number[] = [];
    const scores: number[] = [];
    for (const [i, mask] of this.#masks.entries()) {
      if (!(mask.predictedIou > limit) || mask.stabilityScore < rule.stabilityScoreThresh) continue;
      eligible.push(i);
      scores.push(scoreOf(i));
    }
    const indices = this.#nms.kept(eligible, scores, rule);
    const marks: number[] = [];
    for (const [i, index] of indices.entries()) {
      const score = scoreOf(index);
      const mark = isByAgreement ? scoreAtPlace(score, i + 1) : score;
      // the list ends at the first mask below the line, so that a later one cannot be above it
      marks.push(i === 0 ? mark : Math.min(mark, marks[i - 1]));
    }
    return { indices, marks };
  }
}
