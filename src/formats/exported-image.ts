/**
 * What writers of exports share.
 *
 * @module
 */

import { keyholeRingOf } from '../mask/runs/keyhole-ring.js';
import { type Polygon, polygonsOfMaskRuns, type Ring } from '../mask/runs/trace-polygons.js';
import type { FoundMask, ImageResult } from '../sam/found-mask.js';
import type { Category } from '../sam/image-prompts.js';
import type { MapPlacement } from '../sam/map-placement.js';
import { classOf, UNNAMED } from '../sam/mask-class.js';

/** An image's result on its way into another format. */
export interface ExportedImage {
  /** Name of its result, with forward slashes and without an extension; no other image has it. */
  readonly name: string;
  readonly result: ImageResult;
  /** Where it lies on a map, where that is asked for. */
  readonly placement?: MapPlacement;
}

/** How masks are written. */
export interface MaskStyle {
  /** Run lengths, which are exact, or polygons; a format that has one of the two only does not ask. @default the format's own choice */
  readonly segmentation?: 'rle' | 'polygons';
  /** How far in pixels polygons may leave the mask; 0 is exact. @default 0 */
  readonly simplify?: number;
  /** Written before the name of each image, where a format says where images are. @default '' */
  readonly imagePrefix?: string;
  /** Classes that are known before the first mask, in the order that they are to have. @default none */
  readonly categories?: readonly Category[];
}

/** A file of an export: its name, and its text, whole or in pieces. */
export type ExportedFile = readonly [name: string, data: string | Uint8Array | AsyncIterable<string>];

/** The class of a mask, by its name, or else by its number, or "object". */
export function categoryNameOf(found: FoundMask): string {
  const { category, categoryId } = classOf(found);
  return category ?? categoryId?.toString() ?? UNNAMED;
}

/** The pieces of a mask. */
export function polygonsOf({ mask }: FoundMask, { simplify = 0 }: MaskStyle): Polygon[] {
  return polygonsOfMaskRuns(mask, { simplify });
}

/** The pieces of a mask, each as one closed line that takes in its holes by slits without a width. */
export function piecesOf(found: FoundMask, style: MaskStyle): Ring[] {
  return polygonsOf(found, style).map((polygon) => keyholeRingOf([polygon]));
}

/** Corners as pairs. */
export function pairsOf(ring: Ring): [x: number, y: number][] {
  return Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i], ring[2 * i + 1]]);
}

/** Score of a mask for tools that know one: of its words, or the detector's, where the prompt had one, or else the predicted IoU. */
export function scoreOf(found: FoundMask): number {
  return classOf(found).score ?? found.predictedIou;
}

/** A JSON array of many items, a line each, in pieces. */
export async function* jsonLinesOf(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const item of items) {
    yield before + JSON.stringify(item);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}
