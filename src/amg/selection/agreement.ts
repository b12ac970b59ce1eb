/**
 * Masks by how many points agree on them.
 *
 * The model's own estimate (predicted IoU) and the stability of a mask say little about whether a person would call it an object; that many
 * points ask for about the same mask says more. The score multiplies all three, and an image's masks are kept while they are good enough for
 * their place: the more there are, the better the next has to be. docs/calibration.md has the measurements, and what else was tried.
 *
 * @module
 */

import { maskIouAbove } from '../../mask/runs/mask-iou.js';
import { iouOfSamples, type MaskSamples, maskSamples } from '../../mask/runs/mask-samples.js';
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
/** Points along the long side of the image at which large masks are compared, and how many of them make a mask large. */
const SAMPLES_PER_SIDE = 64;
const FEWEST_SAMPLES = 256;
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
  const votes = votesOf(masks, image);
  const pixels = image.width * image.height;
  const scoreOf = (mask: FoundMask) => {
    const { predictedIou, stabilityScore, area } = mask;
    const agreement = ((votes.get(mask) ?? 1) / shareAsked) ** VOTES;
    return predictedIou * stabilityScore * agreement * (area / pixels) ** AREA;
  };
  const ranked = withoutDuplicates(eligible, scoreOf, { nms, iouThresh: boxNmsThresh });
  const end = ranked.findIndex((mask, i) => scoreOf(mask) * (i + 1) ** -PLACE < scoreThresh);
  return end < 0 ? ranked : ranked.slice(0, end);
}

/** A mask that votes and is voted for. */
interface Voter {
  readonly mask: FoundMask;
  /** Where it is large enough to be known by them. */
  readonly samples: MaskSamples | undefined;
  votes: number;
}

/** How many of the masks have an IoU above {@link VOTE_IOU} with each of them, itself included. */
function votesOf(masks: readonly FoundMask[], image: ImageSize): Map<FoundMask, number> {
  const step = Math.ceil(Math.max(image.width, image.height) / SAMPLES_PER_SIDE);
  const voters = masks.map((mask): Voter => {
    const isLarge = mask.area >= FEWEST_SAMPLES * step * step;
    return { mask, samples: isLarge ? maskSamples(mask.mask, step) : undefined, votes: 1 };
  });
  voters.sort((a, b) => a.mask.area - b.mask.area);
  for (const [i, smaller] of voters.entries()) {
    for (let j = i + 1; j < voters.length; j++) {
      const larger = voters[j];
      // masks of other sizes cannot overlap so much
      if (larger.mask.area * VOTE_IOU > smaller.mask.area) break;
      if (!doAgree(smaller, larger)) continue;
      smaller.votes++;
      larger.votes++;
    }
  }
  return new Map(voters.map(({ mask, votes }) => [mask, votes]));
}

/** Large masks have many runs, and are told apart well enough at some points of theirs. */
function doAgree(a: Voter, b: Voter): boolean {
  if (a.samples && b.samples) return iouOfSamples(a.samples, b.samples) > VOTE_IOU;
  return maskIouAbove(a.mask, b.mask, VOTE_IOU) > 0;
}
