/**
 * Prompts of many images, whatever they were read from.
 *
 * @module
 */

import type { CocoDataset } from '../../formats/coco/dataset.js';
import type { Category, ImagePrompts } from '../../sam/image-prompts.js';

/** Prompts of many images. */
export interface PromptSet {
  readonly format: PromptFormat;
  /** Classes, where the file lists them. */
  readonly categories: readonly Category[];
  /** The COCO dataset that the prompts are of. */
  readonly dataset?: CocoDataset;
  /**
   * The prompts of an image, or undefined when the set does not name it.
   *
   * @param name - Path of the image below its input, with forward slashes.
   * @throws SamError `bad-prompt` when the image's own file is malformed or its name is ambiguous.
   */
  promptsOf(name: string): Promise<ImagePrompts | undefined>;
}

/** See `OpenedPrompts.identity`. */
export interface PromptIdentity extends Readonly<Record<string, unknown>> {
  /** Not there for prompts that are given on the command line. */
  readonly format?: PromptFormat;
  /** A COCO file may be a list of results in place of a dataset. */
  readonly entries?: 'results';
}

/** Prompts of many images that a run can go on with. */
export interface OpenedPrompts extends PromptSet {
  /**
   * What tells them from others, for the run's manifest: two that agree in it ask the same. Where their files lie does not matter.
   */
  readonly identity: PromptIdentity;
}

/** Formats of {@link PromptSet}s. */
export const PROMPT_FORMATS = ['json', 'ndjson', 'csv', 'coco', 'yolo', 'labelme'] as const;

export type PromptFormat = (typeof PROMPT_FORMATS)[number];
