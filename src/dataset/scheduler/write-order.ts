/** Lets tasks that run side by side finish their last step in the order in which they were begun. */
export class WriteOrder {
  #last: Promise<void> = Promise.resolve();

  /**
   * Takes the next place.
   *
   * @returns `turn`, which resolves when all before have left, and `leave`, to be called in any case.
   */
  enter(): { readonly turn: Promise<void>; readonly leave: () => void } {
    const turn = this.#last;
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#last = turn.then(() => left);
    return { turn, leave };
  }
}
