/**
 * Masks by how many points agree on them.
 *
 * The model's own estimate (predicted IoU) and the stability of a mask say little about whether a person would call it an object; that many
 * points ask for about the same mask says more. The score multiplies all three, and an image's masks are kept while they are good enough for
 * their place: the more there are, the better the next has to be. docs/calibration.md has the measurements, and what else was tried.
 *
 * @module
 */

import { type MeasuredMask, maskIouAbove } from '../../mask/runs/mask-iou.js';
import type { FoundMask } from '../../sam/found-mask.js';
import type { ImageSize } from '../../sam/rgb-image.js';
import type { CandidateSettings } from '../candidates/encoded-crop.js';
import { predIouLimitOf } from '../candidates/pred-iou-limit.js';
import type { GeneratorSettings } from '../settings.js';
import { withoutDuplicates } from './duplicates.js';

/** Masks with an IoU above this vote for each other. */
const VOTE_IOU = 0.85;
/** Masks that may vote, whether or not they may be kept. */
const VOTERS = { predIouThresh: 0.5, stabilityScoreThresh: 0.3 };
/** Exponents of the votes, of the mask's share of the image, and of its place. */
const [VOTES, AREA, PLACE] = [0.2, 0.03, 0.2];

/** Settings of {@link selectedByAgreement}. */
type AgreementSettings = Pick<
  GeneratorSettings,
  'predIouThresh' | 'stabilityScoreThresh' | 'nms' | 'boxNmsThresh' | 'scoreThresh'
>;

/** What has to be measured so that all voters are there. */
export function voterSettings<Settings extends CandidateSettings>(settings: Settings): Settings {
  return {
    ...settings,
    predIouThresh: Math.min(settings.predIouThresh, VOTERS.predIouThresh),
    stabilityScoreThresh: Math.min(settings.stabilityScoreThresh, VOTERS.stabilityScoreThresh),
  };
}

/**
 * Masks of one crop without duplicates, best score first.
 *
 * @param masks - All that were found with {@link voterSettings}.
 * @param image - Size of the whole image.
 * @param shareAsked - Share of the grid's points that were asked: the votes count as if all had been.
 */
export function selectedByAgreement(
  masks: readonly FoundMask[],
  settings: AgreementSettings,
  image: ImageSize,
  shareAsked: number,
): FoundMask[] {
  const { predIouThresh, stabilityScoreThresh, nms, boxNmsThresh, scoreThresh } = settings;
  const limit = predIouLimitOf(predIouThresh);
  const eligible = masks.filter(
    ({ predictedIou, stabilityScore }) => predictedIou > limit && stabilityScore >= stabilityScoreThresh,
  );
  const votes = votesFor(eligible, masks);
  const pixels = image.width * image.height;
  const scores = new Map(
    eligible.map((mask, i) => {
      const { predictedIou, stabilityScore, area } = mask;
      const agreement = (votes[i] / shareAsked) ** VOTES;
      return [mask, predictedIou * stabilityScore * agreement * (area / pixels) ** AREA];
    }),
  );
  const scoreOf = (mask: FoundMask) => scores.get(mask) ?? 0;
  const ranked = withoutDuplicates(eligible, scoreOf, { nms, iouThresh: boxNmsThresh });
  const end = ranked.findIndex((mask, i) => scoreOf(mask) * (i + 1) ** -PLACE < scoreThresh);
  return end < 0 ? ranked : ranked.slice(0, end);
}

/** How many voters have an IoU above {@link VOTE_IOU} with each mask, itself included. */
function votesFor(masks: readonly MeasuredMask[], voters: readonly MeasuredMask[]): number[] {
  const byArea = voters.toSorted((a, b) => a.area - b.area);
  return masks.map((mask) => {
    let votes = 0;
    // masks of other sizes cannot overlap so much
    for (let i = firstOfArea(byArea, mask.area * VOTE_IOU); i < byArea.length; i++) {
      const voter = byArea[i];
      if (voter.area * VOTE_IOU > mask.area) break;
      if (voter === mask || maskIouAbove(mask, voter, VOTE_IOU) > 0) votes++;
    }
    return votes;
  });
}

/** Index of the first mask of at least that area. */
function firstOfArea(byArea: readonly MeasuredMask[], area: number): number {
  let [low, high] = [0, byArea.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byArea[middle].area < area) low = middle + 1;
    else high = middle;
  }
  return low;
}
