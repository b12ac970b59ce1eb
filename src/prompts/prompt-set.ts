/**
 * Prompts as files hold them, whatever the format.
 *
 * @module
 */

import type { CocoRle, UncompressedCocoRle } from '../mask/coco-rle.js';
import type { CocoDataset } from './coco-prompts.js';

/** What a file says about one object of a picture. */
export interface PromptedObject {
  /** Its name in the file, or its place among the picture's objects, from 1. */
  readonly id: number | string;
  /** Whether the file names it, rather than its place. */
  readonly isNamed: boolean;
  readonly categoryId?: number;
  readonly category?: string;
  readonly score?: number;
  /** x, y in pixels, or shares of the sides where {@link ImagePrompts.isRelative}. */
  readonly points?: readonly (readonly [x: number, y: number])[];
  /** One a point: 1 object, 0 background. @default 1 each */
  readonly labels?: readonly number[];
  /** x0, y0, x1, y1, as points. */
  readonly box?: readonly [x0: number, y0: number, x1: number, y1: number];
  /** Of the picture's size or of the low-res grid. */
  readonly mask?: CocoRle | UncompressedCocoRle;
}

/** An entry of a prompt file that is not asked, and why. */
export interface SkippedPrompt {
  readonly id: number | string;
  /** In a few words. */
  readonly reason: string;
}

/** All prompts of one picture. */
export interface ImagePrompts {
  readonly objects: readonly PromptedObject[];
  /** Entries that can be no prompt. */
  readonly skipped?: readonly SkippedPrompt[];
  /** Whether coordinates are shares of the picture's sides rather than pixels. */
  readonly isRelative: boolean;
  /** Size that the file gives the picture; another one would shift every prompt. */
  readonly width?: number;
  readonly height?: number;
  /** The picture's id in the file, where it has one. */
  readonly imageId?: number | string;
}

/** A class of objects, as COCO files name it. */
export interface Category {
  readonly id: number;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Prompts of many pictures. */
export interface PromptSet {
  readonly format: PromptFormat;
  /** Classes, where the file lists them. */
  readonly categories: readonly Category[];
  /** The COCO dataset that the prompts are of. */
  readonly dataset?: CocoDataset;
  /** Pictures that the set lists, as it names them; undefined where prompts lie in a file a picture. */
  readonly pictureNames?: readonly string[];
  /**
   * The prompts of a picture, or undefined when the set does not name it.
   *
   * @param name - Path of the picture below its input, with forward slashes.
   * @throws SamError `bad-prompt` when the picture's own file is malformed or its name is ambiguous.
   */
  promptsOf(name: string): Promise<ImagePrompts | undefined>;
}

/** Formats of {@link PromptSet}s. */
export const PROMPT_FORMATS = ['json', 'ndjson', 'csv', 'coco', 'yolo', 'labelme'] as const;

export type PromptFormat = (typeof PROMPT_FORMATS)[number];
