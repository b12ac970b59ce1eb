/**
 * Masks by how many points agree on them.
 *
 * The model's own estimate (predicted IoU) and the stability of a mask say little about whether a person would call it an object; that many
 * points ask for about the same mask says more. The score multiplies all three, and an image's masks are kept while they are good enough for
 * their place: the more there are, the better the next has to be. docs/calibration.md has the measurements, and what else was tried.
 *
 * @module
 */

import type { FoundMask } from '../../sam/found-mask.js';
import type { ImageSize } from '../../sam/rgb-image.js';
import type { CandidateSettings } from '../candidates/encoded-crop.js';
import { predIouLimitOf } from '../candidates/pred-iou-limit.js';
import type { GeneratorSettings } from '../settings.js';
import { agreementScoreOf, scoreAtPlace } from './agreement-score.js';
import { withoutDuplicates } from './duplicates.js';
import { votesOf } from './votes.js';

/** Masks that may vote, whether or not they may be kept. */
export const VOTERS = { predIouThresh: 0.5, stabilityScoreThresh: 0.3 };

/** Settings of {@link selectedByAgreement}. */
type AgreementSettings = Pick<
  GeneratorSettings,
  | 'predIouThresh'
  | 'stabilityScoreThresh'
  | 'nms'
  | 'boxNmsThresh'
  | 'votesExponent'
  | 'stabilityExponent'
  | 'scoreThresh'
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
  const votes = votesOf(masks, image);
  const pixels = image.width * image.height;
  const scoreOf = (mask: FoundMask) => agreementScoreOf(mask, (votes.get(mask) ?? 1) / shareAsked, pixels, settings);
  const ranked = withoutDuplicates(eligible, scoreOf, { nms, iouThresh: boxNmsThresh });
  const end = ranked.findIndex((mask, i) => scoreAtPlace(scoreOf(mask), i + 1) < scoreThresh);
  return end < 0 ? ranked : ranked.slice(0, end);
}
