import { SamError } from '../../errors.js';
import { CocoFileWriter, type CocoOrigin, cocoImageEntryOf } from '../../formats/coco/write.js';
import type { Category } from '../../sam/image-prompts.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import { RUN_FILES } from '../run-folder/file-names.js';
import { OwnFiles } from '../run-folder/own-files.js';
import { imageRecordOf } from '../run-reader/image-record.js';
import { CocoEntriesFile } from './coco-entries-file.js';
import { ImagePlaces } from './image-places.js';
import { jsonTreeSink } from './json-tree-sink.js';
import { type NamedResult, opened, type Sink, type SinkRun, type Written } from './sink.js';

/** Name of the file of all, as other tools call theirs. */
export const COCO_FILE_NAME = '_annotations.coco.json';

/**
 * One SA-1B JSON file an image, and at the end of the run one COCO segmentation file of all. Its annotations are gathered as images
 * are done; images that were done without that (by a run with `--out-format json`) are read again from their files.
 */
export class CocoSink implements Sink {
  readonly #tree = jsonTreeSink();
  /** That of the files it shares: a run may be begun with either and end with the other. */
  readonly identity = this.#tree.identity;
  readonly isOrdered = this.#tree.isOrdered;
  readonly copiesImages = this.#tree.copiesImages;
  readonly allowsDots = this.#tree.allowsDots;
  #run: SinkRun | undefined;
  #files: OwnFiles | undefined;
  #entries: CocoEntriesFile | undefined;
  #leftOut = 0;

  async open(run: SinkRun): Promise<void> {
    await this.#tree.open(run);
    this.#run = run;
    this.#files = await OwnFiles.open(run.storage, RUN_FILES.ownFiles);
    await this.#files.refuseForeign(COCO_FILE_NAME);
    this.#entries = await CocoEntriesFile.open(run.storage, run.isNew);
  }

  async write(result: NamedResult): Promise<Written> {
    if (`${result.name}.json` === COCO_FILE_NAME) {
      throw new SamError('unwritable-name', `Expected another name than ${result.name}: the COCO file has it`);
    }
    const written = await this.#tree.write(result);
    await opened(this.#entries).append(cocoImageEntryOf(result.result), { sync: true });
    return written;
  }

  /** Images with masks that the file does not have, since the COCO dataset of the prompts does not name them. */
  get leftOut(): number {
    return this.#leftOut;
  }

  async finish(): Promise<string> {
    const { storage, prompts, wordCategories } = opened(this.#run);
    const entries = opened(this.#entries);
    const places = await this.#donePlaces(entries);
    const writer = new CocoFileWriter(originOf(prompts, wordCategories));
    await opened(this.#files).claim(COCO_FILE_NAME);
    await storage.write(
      COCO_FILE_NAME,
      writer.text(() => entries.entries(places.inOrder())),
    );
    this.#leftOut = writer.leftOut;
    const words = `${writer.annotations} annotations of ${writer.images} images in ${storage.locate(COCO_FILE_NAME)}`;
    return writer.leftOut === 0 ? words : `${words}; left out: ${writer.leftOut} that the prompts do not name`;
  }

  async close(): Promise<void> {
    await this.#files?.close();
    await this.#entries?.close();
  }

  /** Where the entries of all images lie that the journal calls done; what is not there yet is added. */
  async #donePlaces(entries: CocoEntriesFile): Promise<ImagePlaces> {
    const run = opened(this.#run);
    const places = new ImagePlaces();
    for await (const lines of run.journalLines()) {
      for (const { image_id, state } of lines) places.setDone(image_id, state === 'done');
    }
    await entries.findPlaces(places);
    if (!places.hasMissing) return places;
    for await (const lines of run.journalLines()) {
      for (const line of lines) {
        if (line.state !== 'done' || !places.isMissing(line.image_id)) continue;
        const { result } = await imageRecordOf(run.storage, line);
        places.setPlace(await entries.append(cocoImageEntryOf(result), { sync: false }));
      }
    }
    return places;
  }
}

/** Where words name masks, a dataset that the prompts are of says other things of them. */
function originOf(prompts: PromptSet | undefined, wordCategories: readonly Category[] = []): CocoOrigin {
  const { categories = [], dataset, format } = prompts ?? {};
  const hasWords = wordCategories.length > 0;
  return {
    categories: hasWords ? wordCategories : categories,
    ...(dataset && !hasWords && { dataset }),
    // other formats give images no ids, and a folder's files need not be read for that
    imageIdOf: async (name) => (format === 'coco' ? (await prompts?.promptsOf(name))?.imageId : undefined),
  };
}
