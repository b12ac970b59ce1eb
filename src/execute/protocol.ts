import type { GeneratorSettings } from '../amg/settings.js';
import type { EmbeddingCacheOptions } from '../model/runtime/embedding-cache.js';
import type { StageSeconds } from '../sam/found-mask.js';
import type { PromptedObject } from '../sam/image-prompts.js';
import type { MaskRecord } from '../sam/mask-record.js';
import type { RgbImage } from '../sam/rgb-image.js';
import type { SegmentSettings } from '../segment/segment-image.js';

/** What a worker is told once, when it starts. */
export interface WorkerSetup {
  /** A name of the catalogue. */
  readonly model: string;
  /** Threads that one run of the model may use. */
  readonly threads: number;
  /** Where image embeddings are kept. @default nowhere */
  readonly embeddings?: EmbeddingCacheOptions;
}

/** One image for a worker. */
export interface GenerateTask {
  readonly kind: 'generate';
  /** Chosen by the caller; progress messages carry it. */
  readonly id: number;
  readonly image: RgbImage;
  readonly settings: GeneratorSettings;
  /** Whether to draw the masks over the image too. */
  readonly overlay: boolean;
}

/** One image and its prompts for a worker. */
export interface SegmentTask {
  readonly kind: 'segment';
  readonly id: number;
  readonly image: RgbImage;
  readonly prompts: readonly PromptedObject[];
  readonly settings: SegmentSettings;
  readonly overlay: boolean;
}

/** Loads the model, so that a wrong one is known before the first image. */
export interface WarmUpTask {
  readonly kind: 'warm-up';
}

export type WorkerTask = GenerateTask | SegmentTask | WarmUpTask;

/** What a worker made of one image. */
export interface GenerateAnswer {
  readonly records: readonly MaskRecord[];
  readonly timings: StageSeconds;
  /** The image with its masks drawn, RGB, when asked for. */
  readonly overlay?: RgbImage;
}

/** A worker's answer; errors travel as data because a thrown one would lose its class and code on the way. */
export type WorkerAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string | undefined; readonly message: string; readonly hint?: string };

/** What a worker says while it is busy. */
export interface WorkerProgress {
  readonly kind: 'progress';
  readonly id: number;
  /** Points answered so far. */
  readonly done: number;
  /** Points of the whole image. */
  readonly total: number;
}

/** A crop of an image that is begun; images without crops have none of these. */
export interface WorkerCrop {
  readonly kind: 'crop';
  readonly id: number;
  /** 1 the first. */
  readonly crop: number;
  readonly crops: number;
}

/** Something that a user should know once; nothing failed. */
export interface WorkerNotice {
  readonly kind: 'notice';
  readonly message: string;
}

export type WorkerMessage = WorkerProgress | WorkerCrop | WorkerNotice;
