/**
 * Names for masks in a text file: one label a line, `mug`, or with the words that it looks like, `mug: cup, mug, beaker`. Lines that begin with `#`
 * and empty ones say nothing. Ids count from 1.
 *
 * A COCO dataset is a list of labels too: its categories, with their ids.
 *
 * @module
 */

import type { Category } from '../../sam/image-prompts.js';
import type { Label } from '../../sam/mask-label.js';
import { badPrompt } from '../bad-prompt.js';
import { checkedJson, type JsonSource, parsedJson } from '../json/parsed-json.js';
import type { JsonSchema } from '../json/schema.js';

const WITH_CATEGORIES: JsonSchema = {
  type: 'object',
  required: ['categories'],
  properties: {
    categories: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['id', 'name'],
        properties: { id: { type: 'integer', minimum: 0 }, name: { type: 'string', minLength: 1 } },
      },
    },
  },
};

/**
 * The labels of a file.
 *
 * @throws SamError `bad-prompt` with the line of the first fault: a label without a name or a phrase, or one that is there twice; a file without
 *   labels.
 */
export function labelsOfText(source: JsonSource): Label[] {
  const text = source.text.replace(/^\uFEFF/, '');
  if (/^\s*\{/.test(text)) return labelsOfCoco({ ...source, text });
  const labels: Label[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const label = labelOfLine(trimmed, labels.length + 1);
    if (typeof label === 'string') throw badPrompt(source.file, i + 1, label);
    const isTwice = labels.some(({ name }) => name === label.name);
    if (isTwice) throw badPrompt(source.file, i + 1, `Expected each label once but received ${label.name} twice`);
    labels.push(label);
  }
  if (labels.length === 0) throw badPrompt(source.file, 1, 'Expected a label a line but received none');
  return labels;
}

/** The label of a line, or what is wrong with it. */
function labelOfLine(line: string, id: number): Label | string {
  const colon = line.indexOf(':');
  if (colon < 0) return { id, name: line, phrases: [line] };
  const name = line.slice(0, colon).trim();
  if (name === '') return `Expected a name ahead of the colon but received "${line}"`;
  const phrases = line.slice(colon + 1).split(',');
  const words = phrases.map((phrase) => phrase.trim());
  if (words.includes('')) return `Expected words between commas after the colon but received "${line}"`;
  return { id, name, phrases: words };
}

function labelsOfCoco(source: JsonSource): Label[] {
  const { categories } = checkedJson<{ categories: readonly Category[] }>(source, parsedJson(source), WITH_CATEGORIES);
  return categories.map(({ id, name }) => ({ id, name, phrases: [name] }));
}
