import { measuredMask } from '../../mask/runs/mask-iou.js';
import type { MaskRuns } from '../../mask/runs/mask-runs.js';
import type { FoundMask } from '../../sam/found-mask.js';

/** A found mask whose pixels were changed: area and box follow the pixels, the scores stay those of the model's answer. */
export function withMask(found: FoundMask, mask: MaskRuns): FoundMask {
  return { ...found, ...measuredMask(mask) };
}
