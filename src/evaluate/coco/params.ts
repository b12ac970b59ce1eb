/**
 * What COCOeval of pycocotools calls its parameters.
 *
 * @module
 */

/** 0.5, 0.55, ... 0.95, rounded as NumPy's linspace rounds them: an IoU of exactly a threshold is enough. */
export const IOU_THRESHES: readonly number[] = Array.from({ length: 10 }, (_, i) =>
  i === 9 ? 0.95 : i * ((0.95 - 0.5) / 9) + 0.5,
);

/** Ranges of the area of objects, in pixels, both ends included. */
export const AREA_RANGES = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const satisfies Readonly<Record<string, readonly [least: number, most: number]>>;

/** Name of an area range. */
export type AreaName = keyof typeof AREA_RANGES;

/** The names, in their order. */
export const AREA_NAMES = Object.keys(AREA_RANGES) as AreaName[];

/** How many of an image's best masks count. */
export const MAX_MASKS = { '1': 1, '10': 10, '100': 100, '1000': 1000, all: Number.POSITIVE_INFINITY } as const;

/** Name of a number of masks. */
export type MaxMasksName = keyof typeof MAX_MASKS;

/** The names, ascending. */
export const MAX_MASKS_NAMES = ['1', '10', '100', '1000', 'all'] as const satisfies readonly MaxMasksName[];

/** Recalls at which precision is read, as NumPy's linspace has them. */
export const RECALL_THRESHES: readonly number[] = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));
