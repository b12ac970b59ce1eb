import { maskIouAbove } from '../../mask/runs/mask-iou.js';
import { iouOfSamples, type MaskSamples, maskSamples } from '../../mask/runs/mask-samples.js';
import type { FoundMask } from '../../sam/found-mask.js';
import type { ImageSize } from '../../sam/rgb-image.js';

/** Masks with an IoU above this vote for each other. */
const VOTE_IOU = 0.85;
/** Points along the long side of the image at which large masks are compared, and how many of them make a mask large. */
const SAMPLES_PER_SIDE = 64;
const FEWEST_SAMPLES = 256;

/** A mask that votes and is voted for. */
interface Voter {
  readonly mask: FoundMask;
  /** Where it is large enough to be known by them. */
  readonly samples: MaskSamples | undefined;
  votes: number;
}

/**
 * How many of the masks have an IoU above 0.85 with each of them, itself included.
 *
 * @param image - Size of the whole image.
 */
export function votesOf(masks: readonly FoundMask[], image: ImageSize): Map<FoundMask, number> {
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
