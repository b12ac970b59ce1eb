/**
 * A binary heap of small integers ordered by keys that its owner keeps.
 *
 * @module
 */

/** Indices of `keys`, the one with the smallest key on top. A key must not change while its index is in the heap. */
export class IndexHeap {
  readonly #keys: ArrayLike<number>;
  readonly #indices: Uint32Array;
  #size = 0;

  constructor(keys: ArrayLike<number>) {
    this.#keys = keys;
    this.#indices = new Uint32Array(keys.length);
  }

  get size(): number {
    return this.#size;
  }

  /** The index with the smallest key, or -1 if there is none. */
  get top(): number {
    return this.#size > 0 ? this.#indices[0] : -1;
  }

  /** Takes all indices away. */
  clear(): void {
    this.#size = 0;
  }

  push(index: number): void {
    const keys = this.#keys;
    const indices = this.#indices;
    const key = keys[index];
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[indices[parent]] <= key) break;
      indices[at] = indices[parent];
      at = parent;
    }
    indices[at] = index;
  }

  /** Takes away the top and returns it, or -1. */
  pop(): number {
    if (this.#size === 0) return -1;
    const keys = this.#keys;
    const indices = this.#indices;
    const top = indices[0];
    const size = --this.#size;
    const moved = indices[size];
    const key = keys[moved];
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[indices[child + 1]] < keys[indices[child]]) child++;
      if (keys[indices[child]] >= key) break;
      indices[at] = indices[child];
      at = child;
    }
    indices[at] = moved;
    return top;
  }
}
