import { type Filter, isOpen, openFilterOf } from '../filter/filter.js';
import { MEASURES, type Measure, type Scales } from '../filter/scale.js';
import { RangeSlider } from './range-slider.js';

const TITLES: Readonly<Record<Measure, string>> = {
  predicted_iou: 'Predicted IoU',
  stability_score: 'Stability',
  area: 'Area',
};

interface FilterPanelProps {
  readonly filter: Filter;
  readonly scales: Scales;
  readonly histograms: Readonly<Record<Measure, Uint32Array>>;
  readonly categories: readonly string[];
  /** What the filter leaves, in words. */
  readonly summary: string;
  readonly onChange: (filter: Filter) => void;
}

/** Which masks are shown, everywhere in the report. */
export function FilterPanel({ filter, scales, histograms, categories, summary, onChange }: FilterPanelProps) {
  const { category, ...ranges } = filter;
  return (
    <section class="filters" aria-label="Which masks">
      <p class="filters-summary" role="status">
        {summary}
      </p>
      {MEASURES.map((measure) => (
        <RangeSlider
          key={measure}
          title={TITLES[measure]}
          scale={scales[measure]}
          range={filter[measure]}
          bars={histograms[measure]}
          onChange={(range) => onChange({ ...filter, [measure]: range })}
        />
      ))}
      {categories.length > 1 && (
        <label class="field">
          <span>Class</span>
          <select
            value={category ?? ''}
            onChange={({ currentTarget: { value } }) =>
              onChange({ ...ranges, ...(value !== '' && { category: Number(value) }) })
            }
          >
            <option value="">All</option>
            {categories.map((name, place) => (
              <option key={name} value={place}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <button
        type="button"
        class="button"
        disabled={isOpen(filter, scales)}
        onClick={() => onChange(openFilterOf(scales))}
      >
        Show all masks
      </button>
    </section>
  );
}
