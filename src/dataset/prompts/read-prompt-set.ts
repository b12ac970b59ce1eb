/**
 * Prompts from disk, in whichever format they are.
 *
 * @module
 */

import { opendir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import { promptsOfCocoDataset, promptsOfCocoResults } from '../../formats/coco-prompts.js';
import { promptsOfCsv } from '../../formats/csv-prompts.js';
import { ImageIndex, normalisedName } from '../../formats/image-names.js';
import { promptsOfLabelme } from '../../formats/labelme-prompts.js';
import { promptsOfDocument, promptsOfNdjson } from '../../formats/own-json.js';
import { parsedJson } from '../../formats/parsed-json.js';
import { promptsOfYoloLabels } from '../../formats/yolo-prompts.js';
import type { Category, ImagePrompts, NamedPrompts } from '../../sam/image-prompts.js';
import type { PromptFormat, PromptSet } from './prompt-set.js';

/** Options of {@link readPromptSet}. */
export interface ReadPromptSetOptions {
  /** @default what the path and the content say */
  readonly format?: PromptFormat;
  /** Whether coordinates of a CSV or of our JSON are shares of the image's sides, unless the file says. @default false */
  readonly isRelative?: boolean;
}

/**
 * Reads prompts from a file (our JSON or NDJSON, CSV, COCO, one LabelMe file) or a folder (YOLO, LabelMe). The files of a folder are
 * read when their image's turn comes.
 *
 * @throws SamError `bad-prompt` with line and field when the file is malformed, `bad-usage` when it cannot be read or recognised.
 */
export async function readPromptSet(path: string, options: ReadPromptSetOptions = {}): Promise<PromptSet> {
  const { isRelative = false } = options;
  const kind = await stat(path).catch((error: unknown) => {
    throw new SamError(
      'bad-usage',
      `Expected a file or folder of prompts but could not open ${path}: ${messageOf(error)}`,
    );
  });
  const format = options.format ?? (kind.isDirectory() ? await formatOfFolder(path) : formatOfName(path));
  const isFolderFormat = format === 'yolo' || (format === 'labelme' && kind.isDirectory());
  if (kind.isDirectory() !== isFolderFormat) {
    const expected = kind.isDirectory()
      ? 'yolo or labelme for a folder'
      : 'json, ndjson, csv, coco or labelme for a file';
    throw new SamError('bad-usage', `Expected the prompt format ${expected} but received ${format} for ${path}`);
  }
  if (format === 'yolo') return yoloFolder(path);
  if (isFolderFormat) return labelmeFolder(path);
  const text = await readFile(path, 'utf8');
  if (format === 'csv') return setOf('csv', joined(promptsOfCsv(text, path, isRelative)));
  if (format === 'ndjson') return setOf('ndjson', joined(promptsOfNdjson({ text, file: path }, isRelative)));
  return setOfJson(path, text, format, isRelative);
}

function formatOfName(path: string): PromptFormat | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.ndjson' || extension === '.jsonl') return 'ndjson';
  // which JSON is for its content to say
  if (extension === '.json') return undefined;
  throw new SamError(
    'bad-usage',
    `Expected prompts as .json, .ndjson, .csv or a folder but received ${path}`,
    'Name the format with --prompts-format.',
  );
}

async function formatOfFolder(folder: string): Promise<PromptFormat> {
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (!entry.isFile()) continue;
    const extension = extname(entry.name).toLowerCase();
    if (extension === '.json') return 'labelme';
    if (extension === '.txt' && entry.name !== 'classes.txt') return 'yolo';
  }
  throw new SamError('bad-usage', `Expected label files (.txt of YOLO, .json of LabelMe) but found none in ${folder}`);
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
  return { format, categories, imageNames: index.names, promptsOf: async (name) => index.find(name) };
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

/** The text of the label file of an image: at the image's path, or by its name alone; undefined when there is none. */
async function labelFileOf(folder: string, name: string, extension: string): Promise<[string, string] | undefined> {
  const stem = normalisedName(name).replace(/\.[^./]*$/, '');
  // never outside the folder
  if (stem.split('/').includes('..')) return undefined;
  for (const path of [join(folder, `${stem}${extension}`), join(folder, `${basename(stem)}${extension}`)]) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw new SamError('bad-prompt', `Expected prompts but could not read ${path}: ${messageOf(error)}`);
    });
    if (text !== undefined) return [path, text];
  }
  return undefined;
}

async function yoloFolder(folder: string): Promise<PromptSet> {
  const list = await readFile(join(folder, 'classes.txt'), 'utf8').catch(() => '');
  const names = list.split('\n').map((name) => name.trim());
  while (names.at(-1) === '') names.pop();
  return {
    format: 'yolo',
    categories: names.map((name, id) => ({ id, name })),
    async promptsOf(name) {
      const found = await labelFileOf(folder, name, '.txt');
      return found && promptsOfYoloLabels(found[1], found[0], names);
    },
  };
}

function labelmeFolder(folder: string): PromptSet {
  return {
    format: 'labelme',
    categories: [],
    async promptsOf(name) {
      const found = await labelFileOf(folder, name, '.json');
      if (!found) return undefined;
      const source = { file: found[0], text: found[1] };
      return promptsOfLabelme(source, parsedJson(source)).prompts;
    },
  };
}
