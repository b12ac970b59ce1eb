import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import type { PromptsReference } from '../../execute/job.js';
import { labelFilesOf } from './label-files.js';
import { CLASSES_FILE, digestOfLabelFolder, labelFolderSet } from './label-folder.js';
import { promptFileSet } from './prompt-file.js';
import { type OpenedPrompts, PROMPT_FORMATS, type PromptFormat } from './prompt-set.js';
import { samePromptSet } from './same-prompts.js';

/** Formats whose coordinates may be shares of the sides because the user says so; in the others the format decides. */
const OWN_FORMATS: ReadonlySet<PromptFormat> = new Set(['json', 'ndjson', 'csv']);

/**
 * Opens prompts. A file is read now; of a folder with a label file an image the content is taken in short, and each file read again
 * when its image's turn comes.
 *
 * @throws SamError `bad-prompt` with line and field when a file is malformed, `bad-usage` when it cannot be read or recognised, or
 *   when the prompts make no sense.
 */
export async function openPrompts(reference: PromptsReference): Promise<OpenedPrompts> {
  const relative = reference.isRelative;
  if (reference.kind === 'same') {
    const { points, boxes } = reference;
    return { ...samePromptSet(reference), identity: { points, boxes, relative } };
  }
  const { path } = reference;
  const isFolder = await isFolderAt(path);
  const format = reference.format === undefined ? await formatAt(path, isFolder) : knownFormat(reference.format);
  const prompts = isFolder ? await openFolder(path, format) : await openFile(path, format, relative);
  if (relative && !OWN_FORMATS.has(prompts.format)) {
    throw new SamError(
      'bad-usage',
      `Expected --relative with prompts of our own formats but received ${prompts.format}`,
    );
  }
  return { ...prompts, identity: { ...prompts.identity, relative } };
}

async function openFile(path: string, format: PromptFormat | undefined, isRelative: boolean): Promise<OpenedPrompts> {
  if (format === 'yolo') throw wrongPlace(path, format, 'json, ndjson, csv, coco or labelme for a file');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unopened(path, error);
  });
  const prompts = promptFileSet(path, bytes.toString('utf8'), format, isRelative);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const isResults = prompts.format === 'coco' && !prompts.dataset;
  return { ...prompts, identity: { format: prompts.format, sha256, ...(isResults && { entries: 'results' }) } };
}

async function openFolder(path: string, format: PromptFormat | undefined): Promise<OpenedPrompts> {
  if (format !== 'yolo' && format !== 'labelme') throw wrongPlace(path, format, 'yolo or labelme for a folder');
  const prompts = await labelFolderSet(path, format);
  return { ...prompts, identity: { format, folder: await digestOfLabelFolder(path, format) } };
}

async function isFolderAt(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unopened(path, error);
  }
}

function knownFormat(name: string): PromptFormat {
  const format = PROMPT_FORMATS.find((each) => each === name);
  if (format) return format;
  throw new SamError('bad-usage', `Expected the prompt format ${PROMPT_FORMATS.join(', ')} but received ${name}`);
}

function wrongPlace(path: string, format: PromptFormat | undefined, expected: string): SamError {
  return new SamError('bad-usage', `Expected the prompt format ${expected} but received ${format} for ${path}`);
}

function unopened(path: string, error: unknown): SamError {
  return new SamError(
    'bad-usage',
    `Expected a file or folder of prompts but could not open ${path}: ${messageOf(error)}`,
  );
}

/** The format that a path tells; undefined for JSON, whose content tells which. */
async function formatAt(path: string, isFolder: boolean): Promise<PromptFormat | undefined> {
  return isFolder ? formatOfFolder(path) : formatOfName(path);
}

function formatOfName(path: string): PromptFormat | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.ndjson' || extension === '.jsonl') return 'ndjson';
  if (extension === '.json') return undefined;
  throw new SamError(
    'bad-usage',
    `Expected prompts as .json, .ndjson, .csv or a folder but received ${path}`,
    'Name the format with --prompts-format.',
  );
}

async function formatOfFolder(folder: string): Promise<PromptFormat> {
  for await (const name of labelFilesOf(folder, ['.json', '.txt'])) {
    if (name.endsWith('.json')) return 'labelme';
    if (basename(name) !== CLASSES_FILE) return 'yolo';
  }
  throw new SamError('bad-usage', `Expected label files (.txt of YOLO, .json of LabelMe) but found none in ${folder}`);
}
