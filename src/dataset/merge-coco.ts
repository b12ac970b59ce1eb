import { SamError } from '../errors.js';
import type { CocoDataset, CocoImage } from '../formats/coco/dataset.js';
import { ImageIndex } from '../formats/image-names.js';
import type { Category } from '../sam/image-prompts.js';
import { completeLengthOf } from '../storage/lines.js';
import type { Storage } from '../storage/storage.js';
import type { PromptSet } from './prompts/prompt-set.js';
import { RUN_FILES } from './run-folder/file-names.js';
import { journalLines } from './run-folder/journal-lines.js';
import type { Manifest } from './run-folder/manifest.js';
import { OwnFiles } from './run-folder/own-files.js';
import { COCO_FILE_NAME, CocoSink } from './sinks/coco-sink.js';

/**
 * Makes one COCO file of those of a run's parts, as one run would have made it: images in their order, annotations numbered on. What the
 * parts' files keep of a COCO dataset of prompts (ids, categories, further fields) is kept.
 *
 * @param whole - The folder of the merged run, with its records and its journal.
 * @returns what to tell the user; undefined when no part has a COCO file.
 * @throws SamError `bad-run-folder` for a file that cannot be read, `unwritable-output`.
 */
export async function mergeCocoFiles(
  runs: readonly { readonly storage: Storage }[],
  whole: Storage,
  manifest: Manifest,
): Promise<string | undefined> {
  const withFile = await partsWithCoco(runs);
  if (withFile.length === 0) return undefined;
  await joinParts(withFile, whole);
  const prompts = isOfCocoPrompts(manifest) ? await promptsOfFiles(withFile) : undefined;
  const sink = new CocoSink();
  try {
    await sink.open({
      storage: whole,
      isNew: false,
      newNames: async function* () {},
      journalLines: () => journalLines(whole),
      ...(prompts && { prompts }),
    });
    return await sink.finish();
  } finally {
    await sink.close();
  }
}

/** @throws SamError `bad-run-folder` where a COCO file of someone else's is in the way of the one that is to be made. */
export async function refuseForeignCoco(runs: readonly { readonly storage: Storage }[], whole: Storage): Promise<void> {
  if ((await partsWithCoco(runs)).length === 0) return;
  const files = await OwnFiles.open(whole, RUN_FILES.ownFiles);
  await files.refuseForeign(COCO_FILE_NAME);
}

async function partsWithCoco(runs: readonly { readonly storage: Storage }[]): Promise<Storage[]> {
  const sizes = await Promise.all(runs.map(({ storage }) => storage.sizeOf(COCO_FILE_NAME)));
  return runs.filter((_, i) => sizes[i] !== undefined).map(({ storage }) => storage);
}

/** What the files are made of, one behind the other: a merged run can be gone on with. */
async function joinParts(parts: readonly Storage[], whole: Storage): Promise<void> {
  const file = await whole.append(RUN_FILES.cocoParts, 0);
  try {
    for (const part of parts) {
      const end = await completeLengthOf(part, RUN_FILES.cocoParts);
      for await (const bytes of part.stream(RUN_FILES.cocoParts, { end })) await file.append(bytes);
    }
  } finally {
    await file.close();
  }
}

function isOfCocoPrompts({ settings }: Manifest): boolean {
  return (settings.prompts as { format?: string } | undefined)?.format === 'coco';
}

/**
 * What the files keep of the prompts' own file. A list of results is no dataset: its annotations were numbered in each part, so that
 * their ids are not unique.
 */
async function promptsOfFiles(parts: readonly Storage[]): Promise<PromptSet> {
  const datasets: CocoDataset[] = [];
  for (const part of parts) datasets.push(await datasetOf(part));
  const images = datasets.flatMap((each) => each.images);
  const annotations = datasets.flatMap((each) => each.annotations);
  const categories = categoriesOf(datasets);
  const index = new ImageIndex<CocoImage>();
  for (const image of images) index.add(image.file_name, image);
  const hasOwnIds = new Set(annotations.map(({ id }) => id)).size === annotations.length;
  return {
    format: 'coco',
    categories,
    ...(hasOwnIds && { dataset: { ...datasets[0], images, annotations, categories } }),
    promptsOf: async (name) => {
      const image = index.find(name);
      return image && { objects: [], isRelative: false, imageId: image.id };
    },
  };
}

async function datasetOf(part: Storage): Promise<CocoDataset> {
  const bytes = await part.read(COCO_FILE_NAME);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new SamError(
      'bad-run-folder',
      `Expected a COCO file in ${part.locate(COCO_FILE_NAME)} but received other text`,
      'Remove it and run the command of that part again: it is made anew of the records.',
    );
  }
}

/** The categories of all files, each id once. */
function categoriesOf(datasets: readonly CocoDataset[]): Category[] {
  const byId = new Map<number, Category>();
  for (const { categories = [] } of datasets) for (const each of categories) byId.set(each.id, each);
  return [...byId.values()];
}
