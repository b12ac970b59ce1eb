/**
 * What words make of a run: a part of its manifest, and the classes of its masks.
 *
 * @module
 */

import type { Words } from '../../execute/job.js';
import { imageTextEntryNamed } from '../../model/catalogue/catalogue.js';
import { imageTextSumsOf } from '../../model/catalogue/model-sum.js';
import type { Category } from '../../sam/image-prompts.js';

/** A label as a manifest has it, under its name. */
interface ManifestLabel {
  readonly id: number;
  readonly phrases: readonly string[];
}

/**
 * Every setting of words that records depend on. Labels are by their names, so that what is said of changed ones is short.
 *
 * @throws SamError `bad-usage` for an image-text model that there is not, `bad-model` for one that was not downloaded.
 */
export function wordsIdentityOf({ model, request }: Words): Readonly<Record<string, unknown>> {
  const { labels, ...settings } = request;
  const entry = imageTextEntryNamed(model);
  const { images, texts } = imageTextSumsOf(entry);
  const { scores, scale, bias } = entry.similarity;
  return {
    model: { name: entry.name, images_sha256: images, texts_sha256: texts, scores, scale, bias },
    labels: Object.fromEntries(labels.map(({ name, id, phrases }): [string, ManifestLabel] => [name, { id, phrases }])),
    ...settings,
  };
}

/** The classes that the words of a run give its masks, in the order of their ids; none where it has no words. */
export function wordCategoriesOf(settings: Readonly<Record<string, unknown>>): Category[] {
  const words = settings.words as { readonly labels?: Readonly<Record<string, ManifestLabel>> } | undefined;
  const labels = Object.entries(words?.labels ?? {});
  return labels.map(([name, { id }]) => ({ id, name })).sort((a, b) => a.id - b.id);
}
