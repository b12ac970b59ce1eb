/**
 * Prompts as files hold them, whatever the format.
 *
 * @module
 */

import type { CocoRle, UncompressedCocoRle } from '../mask/runs/coco-rle.js';

/** What points and a box say about one object, together. */
export interface PointsAndBox {
  /** x, y in pixels of the image. @default none */
  readonly points?: readonly (readonly [x: number, y: number])[];
  /** One a point: 1 for the object, 0 for its background. @default 1 for each */
  readonly labels?: readonly number[];
  /** x0, y0, x1, y1 in pixels of the image. @default none */
  readonly box?: readonly [x0: number, y0: number, x1: number, y1: number];
}

/**
 * What a file says about one object of an image. Where {@link ImagePrompts.isRelative}, coordinates are shares of the image's
 * sides instead of pixels.
 */
export interface PromptedObject extends PointsAndBox {
  /** Its name in the file, or its place among the image's objects, from 1. */
  readonly id: number | string;
  /** Whether the file names it, rather than its place. */
  readonly isNamed: boolean;
  readonly categoryId?: number;
  readonly category?: string;
  readonly score?: number;
  /** Of the image's size, or of the low-res grid with its padding. */
  readonly mask?: CocoRle | UncompressedCocoRle;
}

/** An entry of a prompt file that is not asked, and why. */
export interface SkippedPrompt {
  readonly id: number | string;
  /** In a few words. */
  readonly reason: string;
}

/** All prompts of one image. */
export interface ImagePrompts {
  readonly objects: readonly PromptedObject[];
  /** Entries that can be no prompt. */
  readonly skipped?: readonly SkippedPrompt[];
  /** Whether coordinates are shares of the image's sides rather than pixels. */
  readonly isRelative: boolean;
  /** Size that the file gives the image; another one would shift every prompt. */
  readonly width?: number;
  readonly height?: number;
  /** The image's id in the file, where it has one. */
  readonly imageId?: number | string;
}

/** A class of objects, as COCO files name it. */
export interface Category {
  readonly id: number;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** One image of a file and its prompts. */
export type NamedPrompts = readonly [name: string, prompts: ImagePrompts];
