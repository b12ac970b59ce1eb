import type { CellRange } from '../filter/filter.js';
import type { Scale } from '../filter/scale.js';
import { Histogram } from './histogram.js';

interface RangeSliderProps {
  readonly title: string;
  readonly scale: Scale;
  readonly range: CellRange;
  readonly bars: Uint32Array;
  readonly onChange: (range: CellRange) => void;
}

/** A histogram with two handles, for the least and for the greatest value. */
export function RangeSlider({ title, scale, range: [from, to], bars, onChange }: RangeSliderProps) {
  const { cells } = scale;
  const least = scale.edgeInWords(from);
  const greatest = scale.edgeInWords(to);
  const inside = bars.slice(from, to).reduce((sum, count) => sum + count, 0);
  const onFrom = (value: number) => onChange([Math.min(value, to - 1), to]);
  const onTo = (value: number) => onChange([from, Math.max(value, from + 1)]);
  return (
    <fieldset class="measure">
      <legend>
        <span>{title}</span>
        <span class="measure-range">
          {least} to {greatest}
        </span>
      </legend>
      <Histogram bars={bars} range={[from, to]} label={`${title}: ${inside} masks from ${least} to ${greatest}`} />
      <div class="range" style={{ '--from': from / cells, '--to': to / cells }}>
        <input
          type="range"
          min={0}
          max={cells}
          step={1}
          value={from}
          aria-label={`${title}, least`}
          aria-valuetext={least}
          onInput={({ currentTarget }) => {
            onFrom(currentTarget.valueAsNumber);
            currentTarget.value = `${Math.min(currentTarget.valueAsNumber, to - 1)}`;
          }}
        />
        <input
          type="range"
          min={0}
          max={cells}
          step={1}
          value={to}
          aria-label={`${title}, greatest`}
          aria-valuetext={greatest}
          onInput={({ currentTarget }) => {
            onTo(currentTarget.valueAsNumber);
            currentTarget.value = `${Math.max(currentTarget.valueAsNumber, from + 1)}`;
          }}
        />
      </div>
    </fieldset>
  );
}
