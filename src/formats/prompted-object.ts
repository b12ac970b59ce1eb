import type { PromptedObject } from '../sam/image-prompts.js';

/** A prompted object with the names that files of sam-cli give its fields. */
interface WrittenObject extends Pick<PromptedObject, 'id' | 'isNamed'> {
  readonly category_id?: PromptedObject['categoryId'] | undefined;
  readonly category?: PromptedObject['category'] | undefined;
  readonly score?: PromptedObject['score'] | undefined;
  readonly points?: PromptedObject['points'] | undefined;
  readonly labels?: PromptedObject['labels'] | undefined;
  readonly box?: PromptedObject['box'] | undefined;
  readonly mask?: PromptedObject['mask'] | undefined;
}

/** The object without the fields that are undefined. */
export function promptedObjectOf(object: WrittenObject): PromptedObject {
  const { id, isNamed, category_id, category, score, points, labels, box, mask } = object;
  return {
    id,
    isNamed,
    ...(category_id !== undefined && { categoryId: category_id }),
    ...(category !== undefined && { category }),
    ...(score !== undefined && { score }),
    ...(points && { points }),
    ...(labels && { labels }),
    ...(box && { box }),
    ...(mask && { mask }),
  };
}
