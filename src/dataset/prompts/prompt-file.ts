import { basename, extname } from 'node:path';
import { SamError } from '../../errors.js';
import { promptsOfCocoDataset, promptsOfCocoResults } from '../../formats/coco/read-prompts.js';
import { promptsOfCsv } from '../../formats/csv/read-prompts.js';
import { ImageIndex, normalisedName } from '../../formats/image-names.js';
import { parsedJson } from '../../formats/json/parsed-json.js';
import { promptsOfLabelme } from '../../formats/labelme/read-prompts.js';
import { promptsOfDocument, promptsOfNdjson } from '../../formats/own-json/read-prompts.js';
import type { Category, ImagePrompts, NamedPrompts } from '../../sam/image-prompts.js';
import type { PromptFormat, PromptSet } from './prompt-set.js';

/**
 * The prompts of one file: our JSON or NDJSON, CSV, COCO, or one LabelMe file.
 *
 * @param path - Of the file, for messages and for images that it does not name.
 * @param format - Undefined for JSON whose content says which.
 * @param isRelative - Whether coordinates of a CSV or of our JSON are shares of the image's sides, unless the file says.
 * @throws SamError `bad-prompt` with line and field when it is malformed.
 */
export function promptFileSet(
  path: string,
  text: string,
  format: PromptFormat | undefined,
  isRelative: boolean,
): PromptSet {
  if (format === 'csv') return setOf('csv', joined(promptsOfCsv(text, path, isRelative)));
  if (format === 'ndjson') return setOf('ndjson', joined(promptsOfNdjson({ text, file: path }, isRelative)));
  return setOfJson(path, text, format, isRelative);
}

function setOfJson(path: string, text: string, format: PromptFormat | undefined, isRelative: boolean): PromptSet {
  const source = { text, file: path };
  const value = parsedJson(source);
  const has = (field: string) => typeof value === 'object' && value !== null && field in value;
  const found = format ?? (Array.isArray(value) || has('annotations') ? 'coco' : has('shapes') ? 'labelme' : 'json');
  if (found === 'coco' && Array.isArray(value)) return cocoResultsSet(promptsOfCocoResults(source, value));
  if (found === 'coco') {
    const { images, dataset } = promptsOfCocoDataset(source, value);
    return { ...setOf('coco', images, dataset.categories), dataset };
  }
  if (found === 'labelme') {
    const { imagePath, prompts } = promptsOfLabelme(source, value);
    return setOf('labelme', [[imagePath ?? basename(path), prompts]]);
  }
  const { images, categories } = promptsOfDocument(source, value, isRelative);
  return setOf('json', joined(images), categories);
}

/** Entries of one image as one; ids must stay unique in it. */
function joined(images: readonly NamedPrompts[]): NamedPrompts[] {
  const byName = new Map<string, ImagePrompts>();
  for (const [name, prompts] of images) {
    const key = normalisedName(name);
    const earlier = byName.get(key);
    const all = earlier ? { ...prompts, objects: [...earlier.objects, ...prompts.objects] } : prompts;
    if (earlier && earlier.isRelative !== prompts.isRelative) {
      throw new SamError('bad-prompt', `Expected one kind of coordinates for ${name} but received pixels and shares`);
    }
    byName.set(key, all);
  }
  return [...byName].map(([name, prompts]) => [name, withUniqueIds(name, prompts)]);
}

function withUniqueIds(name: string, prompts: ImagePrompts): ImagePrompts {
  const named = new Set<number | string>();
  for (const { id, isNamed } of prompts.objects) {
    if (isNamed && named.has(id)) {
      throw new SamError('bad-prompt', `Expected an id of its own for each object of ${name} but received ${id} twice`);
    }
    if (isNamed) named.add(id);
  }
  return prompts;
}

function setOf(format: PromptFormat, images: readonly NamedPrompts[], categories: readonly Category[] = []): PromptSet {
  const index = new ImageIndex<ImagePrompts>();
  for (const [name, prompts] of images) {
    if (!index.add(name, prompts)) {
      throw new SamError('bad-prompt', `Expected each image once among the prompts but received ${name} twice`);
    }
  }
  return { format, categories, promptsOf: async (name) => index.find(name) };
}

/** Results name images by id only: `000000000139.jpg` is 139. */
function cocoResultsSet(byImage: ReadonlyMap<number | string, ImagePrompts>): PromptSet {
  return {
    format: 'coco',
    categories: [],
    async promptsOf(name) {
      const stem = basename(name, extname(name));
      return byImage.get(stem) ?? (/^\d+$/.test(stem) ? byImage.get(Number(stem)) : undefined);
    },
  };
}
