/**
 * A run of `segment` as one COCO segmentation file.
 *
 * @module
 */

import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CocoAnnotation, CocoDataset, CocoImage } from '../../formats/coco-prompts.js';
import type { Sa1bFile, Sa1bImage } from '../../formats/sa1b-file.js';
import type { PromptedMaskRecord } from '../../formats/sa1b-record.js';
import { FolderStorage } from '../../storage/folder-storage.js';
import { unwritable } from '../../storage/write-atomic.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import { Journal } from '../run-folder/journal.js';

/** Name of the file, as other tools call theirs; no record of an image begins with an underscore and ends so. */
export const COCO_FILE_NAME = '_annotations.coco.json';

/** What {@link writeCocoFile} wrote. */
export interface CocoFileSummary {
  readonly path: string;
  readonly images: number;
  readonly annotations: number;
}

/**
 * Gathers the records of a run folder in one COCO file beside them, image by image: it need not fit into memory.
 *
 * Prompts from a COCO dataset keep all that it says of images, annotations and categories, ids included; `segmentation` and `area`
 * become the mask's. Other prompts get ids by their order, and categories from their names.
 *
 * @param outFolder - Of a run whose records are one JSON file an image.
 * @throws SamError `unwritable-output` when it cannot be written.
 */
export async function writeCocoFile(outFolder: string, prompts: PromptSet): Promise<CocoFileSummary> {
  const outputs = new Map<number, string>();
  await Journal.read(new FolderStorage(outFolder), (line) => {
    if (line.state === 'done') outputs.set(line.image_id, line.output);
    else outputs.delete(line.image_id);
  });
  const writer = new CocoWriter(prompts);
  const path = join(outFolder, COCO_FILE_NAME);
  const temporary = `${path}.incomplete`;
  const count = { images: 0, annotations: 0 };
  try {
    const file = await open(temporary, 'w');
    try {
      await file.write(`{${writer.headText()}"annotations":[`);
      const images: string[] = [];
      for (const [, output] of [...outputs].sort(([a], [b]) => a - b)) {
        const { image, annotations } = JSON.parse(await readFile(join(outFolder, output), 'utf8')) as Sa1bFile;
        const entry = await writer.imageOf(image);
        if (!entry) continue;
        images.push(JSON.stringify(entry));
        const lines = (annotations as PromptedMaskRecord[]).map((record) =>
          JSON.stringify(writer.annotationOf(record, entry)),
        );
        if (lines.length > 0) await file.write(`${count.annotations > 0 ? ',' : ''}\n${lines.join(',\n')}`);
        count.annotations += lines.length;
      }
      count.images = images.length;
      await file.write(`],\n"images":[\n${images.join(',\n')}],\n"categories":${JSON.stringify(writer.categories)}}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(path, error);
  }
  return { path, ...count };
}

/** What a COCO file says besides masks: taken from the dataset of the prompts, or made up. */
class CocoWriter {
  readonly #prompts: PromptSet;
  readonly #dataset: CocoDataset | undefined;
  readonly #images: ReadonlyMap<number | string, CocoImage>;
  readonly #annotations: ReadonlyMap<number | string, CocoAnnotation>;
  readonly #categories = new Map<number, Record<string, unknown>>();
  #lastAnnotation = 0;

  constructor(prompts: PromptSet) {
    this.#prompts = prompts;
    this.#dataset = prompts.dataset;
    this.#images = new Map(prompts.dataset?.images.map((image) => [image.id, image]));
    this.#annotations = new Map(prompts.dataset?.annotations.map((each, i) => [each.id ?? i + 1, each]));
    for (const category of prompts.categories) this.#categories.set(category.id, category);
  }

  get categories(): Record<string, unknown>[] {
    return [...this.#categories.values()];
  }

  /** Fields of the dataset beside images, annotations and categories, such as `info`. */
  headText(): string {
    const { images: _i, annotations: _a, categories: _c, ...rest } = this.#dataset ?? {};
    return Object.entries(rest)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},\n`)
      .join('');
  }

  /** The entry of an image; undefined for one that is not of the dataset. */
  async imageOf({ image_id, width, height, file_name }: Sa1bImage): Promise<CocoImage | undefined> {
    if (!this.#dataset) {
      const imageId = (await this.#prompts.promptsOf(file_name))?.imageId;
      return { id: imageId ?? image_id, file_name, width, height };
    }
    const given = (await this.#prompts.promptsOf(file_name))?.imageId;
    const image = given === undefined ? undefined : this.#images.get(given);
    return image && { ...image, width, height };
  }

  annotationOf(record: PromptedMaskRecord, image: CocoImage): CocoAnnotation {
    const { prompt_id, segmentation, area, bbox, predicted_iou, stability_score, score } = record;
    const given = this.#dataset && this.#annotations.get(prompt_id);
    const [x, y, w, h] = bbox;
    return {
      id: this.#dataset ? prompt_id : ++this.#lastAnnotation,
      image_id: image.id,
      category_id: this.#categoryOf(record),
      // COCO counts pixels where SA-1B subtracts coordinates
      bbox: area > 0 ? [x, y, w + 1, h + 1] : [0, 0, 0, 0],
      iscrowd: 0,
      ...(score !== undefined && { score }),
      ...given,
      segmentation,
      area,
      predicted_iou,
      stability_score,
    };
  }

  #categoryOf({ category_id, category = 'object' }: PromptedMaskRecord): number {
    if (category_id !== undefined) {
      if (!this.#categories.has(category_id)) {
        const name = category === 'object' ? `${category_id}` : category;
        this.#categories.set(category_id, { id: category_id, name });
      }
      return category_id;
    }
    for (const [id, { name }] of this.#categories) if (name === category) return id;
    const id = Math.max(0, ...this.#categories.keys()) + 1;
    this.#categories.set(id, { id, name: category });
    return id;
  }
}
