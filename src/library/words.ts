import type { Words } from '../execute/job.js';
import { DEFAULT_IMAGE_TEXT_MODEL } from '../model/catalogue/catalogue.js';
import type { ImageTextReference } from '../model/catalogue/entry.js';
import type { Label } from '../sam/mask-label.js';
import { checkedSettings } from '../sam/setting-rules.js';
import { checkedWords, labelOfText, WORDS_DEFAULTS, WORDS_RULES, type WordsSettings } from '../words/words-request.js';

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
 * @throws SamError `bad-usage` for no labels, one without words, two of one name or id, a template without `{}`, or a setting that is out of range.
 */
export function wordsFor(options: WordsForOptions): Words {
  const { labels, model = DEFAULT_IMAGE_TEXT_MODEL, templates, background, ...settings } = options;
  const request = checkedWords({
    ...WORDS_DEFAULTS,
    ...checkedSettings<Omit<WordsSettings, 'templates' | 'background'>>(settings, WORDS_RULES),
    ...(templates && { templates }),
    ...(background && { background }),
    labels: labels.map((label, i) => (typeof label === 'string' ? labelOfText(label, i + 1) : label)),
  });
  return { model, request };
}
