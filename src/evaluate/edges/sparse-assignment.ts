import { IndexHeap } from '../../mask/runs/index-heap.js';

/** Which rows may be matched with which columns, and at what cost. */
export interface SparseCosts {
  readonly rows: number;
  readonly columns: number;
  /** [rows + 1] where the pairs of each row begin in `columnOf` and `costs`, and the count of all. */
  readonly firstPairs: Int32Array;
  /** The column of each pair. */
  readonly columnOf: Int32Array;
  /** Of the same pairs, 0 or more. */
  readonly costs: Float64Array;
}

const NONE = -1;

/**
 * Matches rows with columns, each at most once, so that the costs of the pairs and of the rows that are left out sum to the least: exactly,
 * by shortest augmenting paths (Jonker and Volgenant 1987).
 *
 * @param leftOut - Cost of a row without a column.
 * @returns [rows] the column of each row, -1 for none.
 */
export function leastCostAssignment(costs: SparseCosts, leftOut: number): Int32Array {
  return new Assignment(costs, leftOut).solved();
}

class Assignment {
  readonly #given: SparseCosts;
  readonly #leftOut: number;
  readonly #columnOfRow: Int32Array;
  readonly #rowOfColumn: Int32Array;
  /** Potentials of the columns: a pair's cost less its column's potential is what a path pays. */
  readonly #potentials: Float64Array;
  /** Of one search: the cost of the cheapest path to each column, the row before it, and whether that is final. */
  readonly #distances: Float64Array;
  readonly #rowBefore: Int32Array;
  readonly #isFinal: Uint8Array;
  #reached: number[] = [];
  /** Columns to look at: entry i is column `#entries[i]` at the cost `#keys[i]`; those that became cheaper have several. */
  readonly #keys: Float64Array;
  readonly #entries: Int32Array;
  #entryCount = 0;
  readonly #heap: IndexHeap;

  constructor(given: SparseCosts, leftOut: number) {
    const { rows, columns, costs } = given;
    this.#given = given;
    this.#leftOut = leftOut;
    this.#columnOfRow = new Int32Array(rows).fill(NONE);
    this.#rowOfColumn = new Int32Array(columns).fill(NONE);
    this.#potentials = new Float64Array(columns);
    this.#distances = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.#rowBefore = new Int32Array(columns);
    this.#isFinal = new Uint8Array(columns);
    this.#keys = new Float64Array(costs.length);
    this.#entries = new Int32Array(costs.length);
    this.#heap = new IndexHeap(this.#keys);
  }

  solved(): Int32Array {
    this.#takeFreeOfCost();
    for (let row = 0; row < this.#given.rows; row++) if (this.#columnOfRow[row] === NONE) this.#augmentFrom(row);
    return this.#columnOfRow;
  }

  /** Pairs that cost nothing: with all potentials 0 none can be cheaper. */
  #takeFreeOfCost(): void {
    const { rows, firstPairs, columnOf, costs } = this.#given;
    for (let row = 0; row < rows; row++) {
      for (let pair = firstPairs[row]; pair < firstPairs[row + 1]; pair++) {
        const column = columnOf[pair];
        if (costs[pair] > 0 || this.#rowOfColumn[column] !== NONE) continue;
        this.#rowOfColumn[column] = row;
        this.#columnOfRow[row] = column;
        break;
      }
    }
  }

  /** Finds the cheapest way to match one more row, or to leave a row out, and goes it. */
  #augmentFrom(start: number): void {
    // the row that it is cheapest to leave out, of those that paths lead to
    let outRow = start;
    let outCost = this.#leftOut;
    let end = NONE;
    this.#relax(start, 0);
    for (
      let column = this.#nextColumn();
      column !== NONE && this.#distances[column] < outCost;
      column = this.#nextColumn()
    ) {
      this.#isFinal[column] = 1;
      const row = this.#rowOfColumn[column];
      if (row === NONE) {
        end = column;
        break;
      }
      const paid = this.#distances[column] - this.#reducedCostOf(row, column);
      if (this.#leftOut + paid < outCost) {
        outCost = this.#leftOut + paid;
        outRow = row;
      }
      this.#relax(row, paid);
    }
    const total = end === NONE ? outCost : this.#distances[end];
    for (const column of this.#reached) {
      if (this.#isFinal[column] === 1 && this.#distances[column] < total)
        this.#potentials[column] += this.#distances[column] - total;
    }
    this.#go(start, end, outRow);
    this.#forgetSearch();
  }

  #reducedCostOf(row: number, column: number): number {
    const { firstPairs, columnOf, costs } = this.#given;
    let pair = firstPairs[row];
    while (columnOf[pair] !== column) pair++;
    return costs[pair] - this.#potentials[column];
  }

  /** Looks along the pairs of a row that a path of that cost leads to. */
  #relax(row: number, paid: number): void {
    const { firstPairs, columnOf, costs } = this.#given;
    for (let pair = firstPairs[row]; pair < firstPairs[row + 1]; pair++) {
      const column = columnOf[pair];
      const distance = paid + costs[pair] - this.#potentials[column];
      if (this.#isFinal[column] === 1 || distance >= this.#distances[column]) continue;
      if (this.#distances[column] === Number.POSITIVE_INFINITY) this.#reached.push(column);
      this.#distances[column] = distance;
      this.#rowBefore[column] = row;
      this.#keys[this.#entryCount] = distance;
      this.#entries[this.#entryCount] = column;
      this.#heap.push(this.#entryCount++);
    }
  }

  #nextColumn(): number {
    for (let entry = this.#heap.pop(); entry !== NONE; entry = this.#heap.pop()) {
      const column = this.#entries[entry];
      if (this.#isFinal[column] === 0) return column;
    }
    return NONE;
  }

  /** Gives each row of the path the column after it; the path ends at a free column, or at a row that is left out. */
  #go(start: number, end: number, outRow: number): void {
    if (end === NONE && outRow === start) return;
    let column = end;
    if (end === NONE) {
      column = this.#columnOfRow[outRow];
      this.#columnOfRow[outRow] = NONE;
    }
    for (let row = NONE; row !== start; ) {
      row = this.#rowBefore[column];
      const before = this.#columnOfRow[row];
      this.#columnOfRow[row] = column;
      this.#rowOfColumn[column] = row;
      column = before;
    }
  }

  #forgetSearch(): void {
    for (const column of this.#reached) {
      this.#distances[column] = Number.POSITIVE_INFINITY;
      this.#isFinal[column] = 0;
    }
    this.#reached = [];
    this.#entryCount = 0;
    this.#heap.clear();
  }
}
