/**
 * COCO segmentation files (https://cocodataset.org/#format-data) as the truth that masks are measured against.
 *
 * @module
 */

import { type CocoRle, maskRunsFromCocoRle, type UncompressedCocoRle } from '../../mask/runs/coco-rle.js';
import { areaOfMaskRuns, boxXyxyInclusiveOfMaskRuns } from '../../mask/runs/mask-extent.js';
import type { MaskRuns } from '../../mask/runs/mask-runs.js';
import { maskRunsOfPolygons } from '../../mask/runs/polygon-runs.js';
import { checkedJson, type JsonSource, parsedJson } from '../json/parsed-json.js';
import type { JsonSchema } from '../json/schema.js';
import { BOX, ID, SIDE } from '../json/schema-parts.js';

/** An object as the file describes it: plain data. */
export interface TruthAnnotation {
  readonly image_id: number | string;
  readonly category_id?: number;
  readonly iscrowd?: number;
  readonly area?: number;
  readonly bbox?: readonly [x: number, y: number, w: number, h: number];
  readonly segmentation: CocoRle | UncompressedCocoRle | readonly (readonly number[])[];
  /** Who drew it, where several people drew the same image; not part of COCO's own files. */
  readonly annotator?: number | string;
}

/** An image of the file with its objects. */
export interface TruthImage {
  readonly id: number | string;
  readonly fileName: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly annotations: readonly TruthAnnotation[];
}

/** All of a file. */
export interface GroundTruth {
  /** In the order of their ids. */
  readonly images: readonly TruthImage[];
  /** Ids of the classes, ascending. */
  readonly categoryIds: readonly number[];
}

/** An object that masks are measured against. */
export interface TruthSegment {
  readonly mask: MaskRuns;
  readonly categoryId: number | undefined;
  /** A region of many objects: a mask inside it is neither right nor wrong. */
  readonly isCrowd: boolean;
  /** As the file says, which decides the area range; pixels of the mask where it does not. */
  readonly area: number;
  /** As the file says; that of the mask where it does not. */
  readonly boxXywh: readonly [x: number, y: number, w: number, h: number];
}

const DATASET: JsonSchema = {
  type: 'object',
  required: ['images', 'annotations'],
  properties: {
    images: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'file_name', 'width', 'height'],
        properties: { id: ID, file_name: { type: 'string', minLength: 1 }, width: SIDE, height: SIDE },
      },
    },
    annotations: {
      type: 'array',
      items: {
        type: 'object',
        required: ['image_id', 'segmentation'],
        properties: {
          image_id: ID,
          category_id: { type: 'integer' },
          iscrowd: { enum: [0, 1] },
          area: { type: 'number', minimum: 0 },
          bbox: BOX,
          segmentation: { type: ['object', 'array'] },
          annotator: ID,
        },
      },
    },
    categories: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } } },
  },
};

interface Dataset {
  readonly images: readonly { id: number | string; file_name: string; width: number; height: number }[];
  readonly annotations: readonly TruthAnnotation[];
  readonly categories?: readonly { id: number }[];
}

/**
 * The images and objects of a COCO file. Masks are made of them one image at a time, see {@link truthSegmentOf}.
 *
 * @throws SamError `bad-prompt` with line and field of the first fault.
 */
export function groundTruthOfCoco(source: JsonSource): GroundTruth {
  const { images, annotations, categories = [] } = checkedJson<Dataset>(source, parsedJson(source), DATASET);
  const byImage = new Map<number | string, TruthAnnotation[]>(images.map(({ id }) => [id, []]));
  const categoryIds = new Set(categories.map(({ id }) => id));
  for (const { image_id, category_id, iscrowd, area, bbox, segmentation, annotator } of annotations) {
    if (category_id !== undefined) categoryIds.add(category_id);
    byImage.get(image_id)?.push({
      image_id,
      ...(category_id !== undefined && { category_id }),
      ...(iscrowd !== undefined && { iscrowd }),
      ...(area !== undefined && { area }),
      ...(bbox && { bbox }),
      segmentation,
      ...(annotator !== undefined && { annotator }),
    });
  }
  return {
    images: [...images].sort(byId).map(({ id, file_name, width, height }) => ({
      id,
      fileName: file_name,
      width,
      height,
      annotations: byImage.get(id) ?? [],
    })),
    categoryIds: [...categoryIds].sort((a, b) => a - b),
  };
}

function byId({ id: a }: { id: number | string }, { id: b }: { id: number | string }): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}

/**
 * An object with its mask.
 *
 * @param size - Of its image, for polygons.
 * @throws SamError `malformed-rle`, `bad-mask-size`
 */
export function truthSegmentOf(
  { segmentation, category_id, iscrowd, area, bbox }: TruthAnnotation,
  { width, height }: Pick<TruthImage, 'width' | 'height'>,
): TruthSegment {
  const mask = isPolygons(segmentation)
    ? maskRunsOfPolygons(segmentation, width, height)
    : maskRunsFromCocoRle(segmentation);
  return {
    mask,
    categoryId: category_id,
    isCrowd: iscrowd === 1,
    area: area ?? areaOfMaskRuns(mask),
    boxXywh: bbox ?? boxXywhOf(mask),
  };
}

function isPolygons(segmentation: TruthAnnotation['segmentation']): segmentation is readonly (readonly number[])[] {
  return Array.isArray(segmentation);
}

/** x, y, w, h where a single pixel has a width of 1, as COCO counts; zeros for an empty mask. */
function boxXywhOf(mask: MaskRuns): [number, number, number, number] {
  if (mask.runsColumnMajor.length < 2) return [0, 0, 0, 0];
  const [x0, y0, x1, y1] = boxXyxyInclusiveOfMaskRuns(mask);
  return [x0, y0, x1 - x0 + 1, y1 - y0 + 1];
}
