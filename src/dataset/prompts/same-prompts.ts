import { SamError } from '../../errors.js';
import type { PromptsReference } from '../../execute/job.js';
import type { ImagePrompts, PromptedObject } from '../../sam/image-prompts.js';
import type { PromptSet } from './prompt-set.js';

/** Prompts that every image gets. */
export type SamePrompts = Extract<PromptsReference, { readonly kind: 'same' }>;

/**
 * The same prompts for each image: all points and at most one box are one object; without points, every box is one.
 *
 * @throws SamError `bad-usage` for points beside several boxes, and for a box that is none.
 */
export function samePromptSet({ points, boxes, isRelative }: Omit<SamePrompts, 'kind'>): PromptSet {
  if (points.length > 0 && boxes.length > 1) {
    throw new SamError(
      'bad-usage',
      `Expected at most one box beside points but received ${boxes.length}`,
      'Points and a box together are one object; for several objects with points give --prompts a file.',
    );
  }
  for (const [x0, y0, x1, y1] of boxes) {
    if (x1 > x0 && y1 > y0) continue;
    throw new SamError(
      'bad-usage',
      `Expected x0,y0,x1,y1 with x0 < x1 and y0 < y1 but received ${x0},${y0},${x1},${y1}`,
    );
  }
  const together: PromptedObject = {
    id: 1,
    isNamed: false,
    points: points.map(([x, y]) => [x, y]),
    labels: points.map(([, , label]) => label),
    ...(boxes.length > 0 && { box: boxes[0] }),
  };
  const apart = boxes.map((box, i): PromptedObject => ({ id: i + 1, isNamed: false, box }));
  const prompts: ImagePrompts = { objects: points.length > 0 ? [together] : apart, isRelative };
  return { format: 'json', categories: [], promptsOf: async () => prompts };
}
