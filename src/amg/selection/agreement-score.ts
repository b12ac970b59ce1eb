import type { FoundMask } from '../../sam/found-mask.js';
import type { GeneratorSettings } from '../settings.js';

/** Exponents of the mask's share of the image, and of its place. */
const [AREA, PLACE] = [0.03, 0.2];

/**
 * How good a mask is by the ranking `agreement`.
 *
 * @param votes - Of the mask, see `votesOf`; as if all points of the grid had been asked.
 * @param pixels - Of the whole image.
 */
export function agreementScoreOf(
  { predictedIou, stabilityScore, area }: Pick<FoundMask, 'predictedIou' | 'stabilityScore' | 'area'>,
  votes: number,
  pixels: number,
  { votesExponent, stabilityExponent }: Pick<GeneratorSettings, 'votesExponent' | 'stabilityExponent'>,
): number {
  return predictedIou * stabilityScore ** stabilityExponent * votes ** votesExponent * (area / pixels) ** AREA;
}

/**
 * What `scoreThresh` is compared with: the more masks an image has, the better the next has to be.
 *
 * @param place - 1 for the best mask.
 */
export function scoreAtPlace(score: number, place: number): number {
  return score * place ** -PLACE;
}
