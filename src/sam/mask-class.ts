import type { FoundMask } from './found-mask.js';
import type { MaskLabel } from './mask-label.js';

/** What the class of masks that have none is called in exports. */
export const UNNAMED = 'object';

/** The class of a mask: that which words gave it, or else that of its prompt. */
export function classOf({ label, prompt }: FoundMask): Partial<MaskLabel> {
  const { categoryId, category, score } = label ?? prompt ?? {};
  return {
    ...(categoryId !== undefined && { categoryId }),
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
  };
}
