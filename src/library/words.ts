import { SamError } from '../errors.js';
import type { Words } from '../execute/job.js';
import { DEFAULT_IMAGE_TEXT_MODEL } from '../model/catalogue/catalogue.js';
import type { ImageTextReference } from '../model/catalogue/entry.js';
import type { Label } from '../sam/mask-label.js';
import { checkedSettings } from '../sam/setting-rules.js';
import { checkedWords, WORDS_DEFAULTS, WORDS_RULES, type WordsSettings } from '../words/words-request.js';

/** Options of {@link wordsFor}: the names, what differs from the usual, and the model. */
export interface WordsForOptions extends Partial<WordsSettings> {
  /** Names, each of which is its own phrase and has its place among them, from 1, for an id; or whole labels. Not a mixture of the two. */
  readonly labels: readonly string[] | readonly Label[];
  /** An image-text model of the catalogue. @default 'clip-vit-b-32' */
  readonly model?: ImageTextReference;
}

/**
 * Words for the masks of a job.
 *
 * @example
 * ```ts
 * const job = everythingJob({ words: wordsFor({ labels: ['mug', 'spoon'], templates: ['a photo of a {}'] }) });
 * ```
 * @throws SamError `bad-usage` for no labels, two of one name or id, a template without `{}`, or a setting that is out of range.
 */
export function wordsFor(options: WordsForOptions): Words {
  const { labels, model = DEFAULT_IMAGE_TEXT_MODEL, templates, background, ...settings } = options;
  const request = checkedWords({
    ...WORDS_DEFAULTS,
    ...checkedSettings<Omit<WordsSettings, 'templates' | 'background'>>(settings, WORDS_RULES),
    ...(templates && { templates }),
    ...(background && { background }),
    labels: labels.map(labelOf),
  });
  return { model, request };
}

function labelOf(label: string | Label, place: number): Label {
  if (typeof label !== 'string') return label;
  if (label.trim() === '')
    throw new SamError('bad-usage', `Expected a name for label ${place + 1} but received "${label}"`);
  return { id: place + 1, name: label, phrases: [label] };
}
