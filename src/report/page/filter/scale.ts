import { type Extent, SCORE_UNITS, scoreUnitsOf } from '../../data/report-data.js';

/** What masks are filtered by. */
export type Measure = 'predicted_iou' | 'stability_score' | 'area';
export const MEASURES: readonly Measure[] = ['predicted_iou', 'stability_score', 'area'];

/** A measure's values in cells: each is a bar of its histogram and a step of its slider. */
export interface Scale {
  readonly cells: number;
  /** The edge between two cells, from 0 to `cells`, in words. */
  edgeInWords(edge: number): string;
}

/** A scale for scores in whole {@link SCORE_UNITS}. */
export interface ScoreScale extends Scale {
  cellOf(units: number): number;
}

/** A scale for areas as shares of their images. */
export interface AreaScale extends Scale {
  cellOf(share: number): number;
}

/** Cells that fit a byte and, as bars, a phone. */
const MOST_CELLS = 120;
const CELLS_PER_DECADE = 10;
/** Below so small a share of an image there are no cells of their own. */
const LEAST_SHARE = 1e-7;

/** A scale with cells of 0.01, or of a multiple of it where those were too many. */
export function scoreScaleOf(extent: Extent): ScoreScale {
  const [least, greatest] = extent ?? [0, SCORE_UNITS];
  const hundredth = SCORE_UNITS / 100;
  const wholes = Math.max(1, Math.ceil((greatest - least) / hundredth));
  const width = hundredth * Math.ceil(wholes / MOST_CELLS);
  const low = Math.floor(least / width) * width;
  const cells = Math.max(1, Math.ceil((greatest + 1 - low) / width));
  return {
    cells,
    cellOf: (units) => clamped(Math.floor((units - low) / width), cells),
    edgeInWords: (edge) => ((low + edge * width) / SCORE_UNITS).toFixed(2),
  };
}

/** A scale of ten cells a decade, up to the whole image. */
export function areaScaleOf(extent: Extent): AreaScale {
  const least = Math.max(LEAST_SHARE, extent?.[0] ?? 0.001);
  const cells = Math.max(1, Math.ceil(-Math.log10(least) * CELLS_PER_DECADE));
  const shareAt = (edge: number) => 10 ** ((edge - cells) / CELLS_PER_DECADE);
  return {
    cells,
    // a share that is an edge belongs to the cell above it, whatever the logarithm makes of it
    cellOf: (share) => clamped(Math.floor(cells + CELLS_PER_DECADE * Math.log10(share) + 1e-9), cells),
    edgeInWords: (edge) => percentInWords(shareAt(edge)),
  };
}

function clamped(cell: number, cells: number): number {
  // an empty mask has no logarithm
  return cell > 0 ? Math.min(cells - 1, cell) : 0;
}

/** A share with two digits that say something: `12 %`, `0.013 %`. */
export function percentInWords(share: number): string {
  const percent = 100 * share;
  if (percent >= 10 || percent === 0) return `${Math.round(percent)} %`;
  return `${percent.toFixed(Math.min(6, 1 - Math.floor(Math.log10(percent))))} %`;
}

/** The scales of a report, by measure. */
export interface Scales {
  readonly predicted_iou: ScoreScale;
  readonly stability_score: ScoreScale;
  readonly area: AreaScale;
}

/** The cells of a mask. */
export function cellsOfMask(
  scales: Scales,
  mask: { readonly predicted_iou: number; readonly stability_score: number; readonly area: number },
  imagePixels: number,
): Readonly<Record<Measure, number>> {
  return {
    predicted_iou: scales.predicted_iou.cellOf(scoreUnitsOf(mask.predicted_iou)),
    stability_score: scales.stability_score.cellOf(scoreUnitsOf(mask.stability_score)),
    area: scales.area.cellOf(mask.area / imagePixels),
  };
}
