/**
 * Photographs with what people drew in them.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HumanSegment } from '../../src/eval/average-recall.js';
import { type CocoRle, maskRunsFromCocoRle } from '../../src/mask/coco-rle.js';

/** A photograph and its segments. */
export interface SegmentedPicture {
  readonly path: string;
  readonly name: string;
  readonly segments: readonly HumanSegment[];
}

interface CocoFile {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly segmentation: CocoRle;
    readonly annotator?: number;
  }[];
}

/**
 * Reads a folder with `images/` and a COCO file `segments.json`, whose annotations may say who drew them (`annotator`).
 *
 * @returns the pictures by name
 */
export async function segmentedPictures(folder: string): Promise<SegmentedPicture[]> {
  const { images, annotations }: CocoFile = JSON.parse(await readFile(join(folder, 'segments.json'), 'utf8'));
  return images
    .map(({ id, file_name }) => ({
      path: join(folder, 'images', file_name),
      name: file_name,
      segments: annotations
        .filter((annotation) => annotation.image_id === id)
        .map(({ segmentation, annotator }) => ({
          mask: maskRunsFromCocoRle(segmentation),
          ...(annotator !== undefined && { annotator }),
        })),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
