/** Something that has to be closed at the end of a run. */
interface Closable {
  close(): Promise<void>;
}

/** What is open during a run, to be closed however the run ends. */
export class Closables {
  readonly #parts: Closable[] = [];

  /** Takes notice of a part that was opened. */
  add<T extends Closable>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  /** Closes one part now. */
  async close(part: Closable): Promise<void> {
    const index = this.#parts.indexOf(part);
    if (index >= 0) this.#parts.splice(index, 1);
    await part.close();
  }

  /**
   * Closes all parts that are still open, the last opened first: what was opened earlier may be needed to close what came later.
   *
   * @throws the first error, after all were tried.
   */
  async closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const part of this.#parts.splice(0).reverse()) {
      await part.close().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }
}
