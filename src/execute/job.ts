import type { GeneratorSettings } from '../amg/settings.js';
import type { EdgeSettings } from '../edges/edge-settings.js';
import type { ImageTextReference, ModelReference } from '../model/catalogue/entry.js';
import type { Device } from '../model/runtime/device.js';
import type { EmbeddingCacheOptions } from '../model/runtime/embedding-cache.js';
import type { SegmentSettings } from '../segment/segment-image.js';
import type { WordsRequest } from '../words/words-request.js';

/** What every job says. */
interface CommonJob {
  /** A name of the catalogue, or an entry for files of one's own. */
  readonly model: ModelReference;
  /** Where the model runs. Numbers of two devices differ in their last bits, so that a run keeps its device. @default 'cpu' */
  readonly device?: Device;
  /** Where image embeddings are kept. @default nowhere */
  readonly embeddings?: EmbeddingCacheOptions;
}

/** Words that masks are named by. */
export interface Words {
  /** An image-text model: a name of the catalogue, or an entry for files of one's own. */
  readonly model: ImageTextReference;
  /** Every setting, resolved. */
  readonly request: WordsRequest;
}

/** All masks of each image. */
export interface EverythingJob extends CommonJob {
  readonly kind: 'everything';
  /** Every setting, resolved. */
  readonly settings: GeneratorSettings;
  /** What masks are named by. @default they have no names */
  readonly words?: Words;
}

/** The masks that prompts ask for. */
export interface SegmentJob extends CommonJob {
  readonly kind: 'segment';
  /** Every setting, resolved. */
  readonly settings: SegmentSettings;
  /** What masks are named by. @default they have the names of their prompts */
  readonly words?: Words;
  readonly prompts: PromptsReference;
}

/** The edges of each image. */
export interface EdgesJob extends CommonJob {
  readonly kind: 'edges';
  /** Every setting, resolved. */
  readonly settings: EdgeSettings;
}

/** What is made of each image: plain data, so that it can be stored, compared and sent to another thread or machine. */
export type Job = EverythingJob | SegmentJob | EdgesJob;

/** Where prompts come from. */
export type PromptsReference =
  | {
      readonly kind: 'file';
      /** A file, or a folder of label files. */
      readonly path: string;
      /** @default what the path and the content say */
      readonly format?: string;
      /** Whether coordinates are shares of the sides, unless the file says. */
      readonly isRelative: boolean;
    }
  | {
      /** The same for each image. */
      readonly kind: 'same';
      /** x, y, label (1 object, 0 background). */
      readonly points: readonly (readonly [x: number, y: number, label: number])[];
      /** x0, y0, x1, y1. */
      readonly boxes: readonly (readonly [x0: number, y0: number, x1: number, y1: number])[];
      readonly isRelative: boolean;
    };
