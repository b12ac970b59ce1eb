import { SamError } from '../../errors.js';
import type { CocoDataset, CocoImage } from '../../formats/coco/dataset.js';
import { ImageIndex } from '../../formats/image-names.js';
import type { Category } from '../../sam/image-prompts.js';
import { completeLengthOf, separatedTexts } from '../../storage/lines.js';
import type { Storage } from '../../storage/storage.js';
import type { PromptIdentity, PromptSet } from '../prompts/prompt-set.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import { journalLines } from '../run-folder/journal-lines.js';
import { OwnFiles } from '../run-folder/own-files.js';
import { wordCategoriesOf } from '../run-folder/words-identity.js';
import { imageIdOfEntry } from '../sinks/coco-entries-file.js';
import { COCO_FILE_NAME, CocoSink } from '../sinks/coco-sink.js';
import type { Shards } from './shards.js';
import type { ShardsIndex } from './shards-index.js';

/** What became of the COCO files of the shards. */
export interface MergedCoco {
  readonly words: string;
  /** Whether every image with masks is in the file. */
  readonly isWhole: boolean;
}

/**
 * Makes one COCO file of those of a run's shards, as one run would have made it: images in their order, annotations numbered on. What the
 * shards' files keep of a COCO file of prompts (ids, categories, further fields) is kept; where a shard has no file to keep it, none
 * is made.
 *
 * @param whole - The folder of the merged run, with its records and its journal.
 * @returns what to tell the user; undefined when no shard has a COCO file.
 * @throws SamError `bad-run-folder` for a file that cannot be read, `unwritable-output`.
 */
export async function mergeCocoFiles(
  shards: Shards,
  index: ShardsIndex,
  whole: Storage,
): Promise<MergedCoco | undefined> {
  const hasFile = await haveCoco(shards);
  if (!hasFile.includes(true)) return undefined;
  await joinShards(shards, index, whole);
  const { settings } = shards[0].manifest;
  const wordCategories = wordCategoriesOf(settings);
  const { format, entries } = (settings.prompts ?? {}) as PromptIdentity;
  const keepsDataset = entries !== 'results' && wordCategories.length === 0;
  const isOfCoco = format === 'coco';
  const lacking = shards.find((_, i) => isOfCoco && !hasFile[i] && index.hasRecordsOf(i));
  if (lacking) {
    const words = `No COCO file: ${lacking.storage.location} has none, which would keep what its prompts say. ${remedy(whole)}`;
    return { words, isWhole: false };
  }
  const withFile = shards.filter((_, i) => hasFile[i]).map(({ storage }) => storage);
  const prompts = isOfCoco ? await promptsOfFiles(withFile, keepsDataset) : undefined;
  const sink = new CocoSink();
  try {
    await sink.open({
      storage: whole,
      isNew: false,
      newImages: async function* () {},
      journalLines: () => journalLines(whole),
      ...(prompts && { prompts }),
      wordCategories,
    });
    const words = await sink.finish();
    const isWhole = sink.leftOut === 0;
    return { words: isWhole ? words : `${words}. ${remedy(whole)}`, isWhole };
  } finally {
    await sink.close();
  }
}

function remedy({ location }: Storage): string {
  return `The command of the shards with --out ${location} and without --shard makes a whole one.`;
}

/** @throws SamError `bad-run-folder` where a COCO file of someone else's is in the way of the one that is to be made. */
export async function refuseForeignCoco(shards: Shards, whole: Storage): Promise<void> {
  if (!(await haveCoco(shards)).includes(true)) return;
  const files = await OwnFiles.open(whole, RUN_FILES.ownFiles);
  await files.refuseForeign(COCO_FILE_NAME);
}

/** Whether each shard has a COCO file. */
async function haveCoco(shards: Shards): Promise<boolean[]> {
  const sizes = await Promise.all(shards.map(({ storage }) => storage.sizeOf(COCO_FILE_NAME)));
  return sizes.map((size) => size !== undefined);
}

/** What the files are made of, of each image that of the shard whose record was taken: a merged run can be gone on with. */
async function joinShards(shards: Shards, index: ShardsIndex, whole: Storage): Promise<void> {
  const file = await whole.append(RUN_FILES.cocoEntries, 0);
  try {
    for (const [number, { storage }] of shards.entries()) {
      const end = await completeLengthOf(storage, RUN_FILES.cocoEntries);
      if (end === 0) continue;
      for await (const texts of separatedTexts(storage.stream(RUN_FILES.cocoEntries, { end }), '\n')) {
        // what is damaged is found when the file is made
        const lines = texts.filter((text) => index.isFrom(number, imageIdOfEntry(text) ?? 0));
        if (lines.length > 0) await file.append(`${lines.join('\n')}\n`);
      }
    }
  } finally {
    await file.close();
  }
}

/**
 * What the files keep of the prompts' own file.
 *
 * @param isDataset - Not so for a list of results, or with words: annotations were numbered in each shard, so that their ids say nothing.
 */
async function promptsOfFiles(shards: readonly Storage[], isDataset: boolean): Promise<PromptSet> {
  const datasets: CocoDataset[] = [];
  for (const shard of shards) datasets.push(await datasetOf(shard));
  const images = datasets.flatMap((each) => each.images);
  const annotations = datasets.flatMap((each) => each.annotations);
  const categories = categoriesOf(datasets);
  const index = new ImageIndex<CocoImage>();
  for (const image of images) index.add(image.file_name, image);
  return {
    format: 'coco',
    categories,
    ...(isDataset && { dataset: { ...datasets[0], images, annotations, categories } }),
    promptsOf: async (name) => {
      const image = index.find(name);
      return image && { objects: [], isRelative: false, imageId: image.id };
    },
  };
}

async function datasetOf(shard: Storage): Promise<CocoDataset> {
  const bytes = await shard.read(COCO_FILE_NAME);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new SamError(
      'bad-run-folder',
      `Expected a COCO file in ${shard.locate(COCO_FILE_NAME)} but received other text`,
      'Remove it and run the command of that shard again: it is made anew of the records.',
    );
  }
}

/** The categories of all files, each id once. */
function categoriesOf(datasets: readonly CocoDataset[]): Category[] {
  const byId = new Map<number, Category>();
  for (const { categories = [] } of datasets) for (const each of categories) byId.set(each.id, each);
  return [...byId.values()];
}
