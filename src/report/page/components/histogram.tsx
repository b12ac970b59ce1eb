import type { CellRange } from '../filter/filter.js';

/** Height of the drawing, in units of its own. */
const HEIGHT = 100;
/** A bar of few masks is still to be seen. */
const LEAST_BAR = 3;

interface HistogramProps {
  /** Masks in each cell. */
  readonly bars: Uint32Array;
  /** The cells that are chosen. */
  readonly range: CellRange;
  /** In words, for those who do not see it. */
  readonly label: string;
}

/** Bars, those of the chosen cells in colour. */
export function Histogram({ bars, range: [from, to], label }: HistogramProps) {
  const most = bars.reduce((max, count) => Math.max(max, count), 1);
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${bars.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {Array.from(bars, (count, cell) => {
        if (count === 0) return null;
        const height = Math.max(LEAST_BAR, (HEIGHT * count) / most);
        const isChosen = cell >= from && cell < to;
        return (
          <rect
            key={cell}
            class={isChosen ? 'bar' : 'bar bar-out'}
            x={cell + 0.08}
            y={HEIGHT - height}
            width={0.84}
            height={height}
          />
        );
      })}
    </svg>
  );
}
