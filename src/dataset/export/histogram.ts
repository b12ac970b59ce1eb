/** Counts of values in bins of one width, for any number of values in little memory. */
export class Histogram {
  readonly #low: number;
  readonly #high: number;
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** Values outside `low` to `high` are counted in the first and the last bin. */
  constructor(low: number, high: number, bins: number) {
    this.#low = low;
    this.#high = high;
    this.#counts = new Float64Array(bins);
  }

  add(value: number): void {
    const { length } = this.#counts;
    const bin = Math.floor(((value - this.#low) / (this.#high - this.#low)) * length);
    this.#counts[Math.max(0, Math.min(length - 1, bin))]++;
    this.#count++;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  get distribution(): Distribution {
    const isEmpty = this.#count === 0;
    const { length } = this.#counts;
    const edgeOf = (i: number) => Number((this.#low + ((this.#high - this.#low) * i) / length).toPrecision(12));
    return {
      count: this.#count,
      min: isEmpty ? null : this.#min,
      mean: isEmpty ? null : this.#sum / this.#count,
      max: isEmpty ? null : this.#max,
      bins: Array.from(this.#counts, (count, i) => ({ from: edgeOf(i), to: edgeOf(i + 1), count })),
    };
  }
}

/** How values are distributed; null where there are none. */
export interface Distribution {
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  /** Values outside all of them are counted in the first and the last. */
  readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}
