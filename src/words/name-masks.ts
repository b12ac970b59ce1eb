import type { FoundMask } from '../sam/found-mask.js';
import type { Similarity, Vectors } from '../sam/image-text-model.js';
import type { MaskLabel } from '../sam/mask-label.js';
import { type LabelVectors, logitsOf, scoresOf } from './label-vectors.js';
import type { WordsRequest } from './words-request.js';

/**
 * Gives each mask the label that it is most like, in the order of the masks.
 *
 * A mask that is more like the background, or whose label scores below the threshold, has none; with `top`, so has one that comes after so many
 * better ones of its label.
 *
 * @param masks - Of one image; labels that they have are dropped, and classes that their prompts have.
 * @param views - Their vectors, in their order.
 */
export function namedMasks(
  masks: readonly FoundMask[],
  views: Vectors,
  { labels, threshold, top, onlyLabelled }: WordsRequest,
  vectors: LabelVectors,
  similarity: Similarity,
): FoundMask[] {
  const { count } = vectors;
  const logits = logitsOf(views, vectors, similarity);
  const scores = scoresOf(logits, count, similarity.scores);
  const found = masks.map((_, i): MaskLabel | undefined => {
    // by logits: scores near 0 and 1 are alike in their last bits
    const place = placeOfHighest(logits.subarray(i * count, (i + 1) * count));
    const score = scores[i * count + place];
    if (place >= labels.length || score < threshold) return undefined;
    return { categoryId: labels[place].id, category: labels[place].name, score };
  });
  const kept = top === null ? found : bestOfEach(found, top);
  return masks.flatMap(({ label: _, ...mask }, i) => {
    const label = kept[i];
    if (label) return [{ ...mask, label }];
    return onlyLabelled ? [] : [withoutClass(mask)];
  });
}

/** Words alone give classes: the id of a prompt's own would be read as that of a label. */
function withoutClass({ prompt, ...mask }: FoundMask): FoundMask {
  if (!prompt) return mask;
  const { categoryId: _id, category: _name, score: _score, ...asked } = prompt;
  return { ...mask, prompt: asked };
}

function placeOfHighest(values: Float64Array): number {
  let highest = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[highest]) highest = i;
  return highest;
}

/** The labels without those of masks that come after `top` better ones; of equal ones the first is the better. */
function bestOfEach(labels: readonly (MaskLabel | undefined)[], top: number): (MaskLabel | undefined)[] {
  const taken = new Map<number, number>();
  const kept = new Array<MaskLabel | undefined>(labels.length).fill(undefined);
  const best = [...labels.entries()].sort(([, a], [, b]) => (b?.score ?? 0) - (a?.score ?? 0));
  for (const [i, label] of best) {
    if (!label) continue;
    const before = taken.get(label.categoryId) ?? 0;
    if (before < top) kept[i] = label;
    taken.set(label.categoryId, before + 1);
  }
  return kept;
}
