/**
 * What is asked of masks in words: plain data, which decides the records of a run and so is part of what the run is.
 *
 * @module
 */

import { SamError } from '../errors.js';
import { UNNAMED } from '../sam/mask-class.js';
import type { Label } from '../sam/mask-label.js';
import type { SettingRule } from '../sam/setting-rules.js';

/** What becomes of the surroundings of a mask when a model looks at it. */
export const SURROUNDINGS = ['blur', 'dim', 'keep'] as const;

/** One of {@link SURROUNDINGS}. */
export type Surroundings = (typeof SURROUNDINGS)[number];

/** How masks get their names, apart from the names. */
export interface WordsSettings {
  /** Sentences with `{}` in the place of a phrase; the vectors of a phrase in all of them are averaged. */
  readonly templates: readonly string[];
  /** What is none of the labels, in words: a mask that is more like one of these than like any label has none. @default LERF's */
  readonly background: readonly string[];
  /** A label has this score at least. 0 to 1. @default 0 */
  readonly threshold: number;
  /** Masks of each label in an image, at most: the best. null for all. @default null */
  readonly top: number | null;
  /** What becomes of the surroundings of a mask. @default 'blur' */
  readonly surroundings: Surroundings;
  /** Whether masks without a label are left out. @default false */
  readonly onlyLabelled: boolean;
}

/** Words for masks. */
export interface WordsRequest extends WordsSettings {
  readonly labels: readonly Label[];
}

/**
 * Defaults of {@link WordsSettings}. The background is that of "LERF: Language Embedded Radiance Fields" (ICCV 2023), with which a single text is
 * compared too.
 */
export const WORDS_DEFAULTS: WordsSettings = {
  templates: ['{}'],
  background: ['object', 'things', 'stuff', 'texture'],
  threshold: 0,
  top: null,
  surroundings: 'blur',
  onlyLabelled: false,
};

/** What the settings that are no lists of texts may be. */
export const WORDS_RULES = {
  threshold: { kind: 'number', integer: false, min: 0, max: 1 },
  top: { kind: 'number', integer: true, min: 1, max: 100_000, orNone: true },
  surroundings: { kind: 'choice', choices: SURROUNDINGS },
  onlyLabelled: { kind: 'flag' },
} as const satisfies Record<string, SettingRule>;

/** Where a template has the phrase. */
const PLACE = '{}';

/** A phrase in a template. */
export function sentenceOf(template: string, phrase: string): string {
  return template.replaceAll(PLACE, () => phrase);
}

/**
 * The label that a text is: its own name and phrase.
 *
 * @throws SamError `bad-usage` for a text without words.
 */
export function labelOfText(text: string, id: number): Label {
  const name = text.trim();
  if (name === '') throw new SamError('bad-usage', `Expected words for label ${id} but received "${text}"`);
  return { id, name, phrases: [name] };
}

/**
 * A request that can be asked, as it is.
 *
 * @throws SamError `bad-usage` without labels or templates, for a template without `{}`, for two labels of one name or id, and for a label with the
 *   name that masks without one have in exports, where those are kept.
 */
export function checkedWords(words: WordsRequest): WordsRequest {
  const { labels, templates, onlyLabelled } = words;
  if (labels.length === 0) throw new SamError('bad-usage', 'Expected words for masks but received none');
  const bad = templates.length === 0 ? 'none' : templates.find((template) => !template.includes(PLACE));
  if (bad !== undefined) {
    throw new SamError('bad-usage', `Expected templates with {} in the place of the words but received ${bad}`);
  }
  if (!onlyLabelled && labels.some(({ name }) => name === UNNAMED)) {
    throw new SamError(
      'bad-usage',
      `Expected labels but ${UNNAMED}: masks without a label have that class in exports`,
      'Give the label another name: "thing: object" looks for the same.',
    );
  }
  for (const field of ['name', 'id'] as const) {
    const seen = new Set<string | number>();
    for (const label of labels) {
      if (seen.has(label[field])) {
        throw new SamError('bad-usage', `Expected each ${field} of the labels once but received ${label[field]} twice`);
      }
      seen.add(label[field]);
    }
  }
  return words;
}
