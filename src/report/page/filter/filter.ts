import { MEASURES, type Measure, type Scales } from './scale.js';

/** Cells from the first up to, not including, the second edge. */
export type CellRange = readonly [from: number, to: number];

/** Which masks are shown. */
export interface Filter extends Readonly<Record<Measure, CellRange>> {
  /** Place in the report's classes; undefined for all. */
  readonly category?: number;
}

/** The filter that every mask passes. */
export function openFilterOf(scales: Scales): Filter {
  return {
    predicted_iou: [0, scales.predicted_iou.cells],
    stability_score: [0, scales.stability_score.cells],
    area: [0, scales.area.cells],
  };
}

/** Whether a filter lets every mask pass. */
export function isOpen(filter: Filter, scales: Scales): boolean {
  return (
    filter.category === undefined &&
    MEASURES.every((measure) => filter[measure][0] === 0 && filter[measure][1] === scales[measure].cells)
  );
}

/** Whether a mask passes. @param category - Its place in the report's classes, where it has one. */
export function passes(
  filter: Filter,
  cells: Readonly<Record<Measure, number>>,
  category: number | undefined,
): boolean {
  if (filter.category !== undefined && filter.category !== category) return false;
  return MEASURES.every((measure) => cells[measure] >= filter[measure][0] && cells[measure] < filter[measure][1]);
}
