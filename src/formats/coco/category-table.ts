import type { Category } from '../../sam/image-prompts.js';
import { UNNAMED } from '../../sam/mask-class.js';

/** The categories of a file: those given, then those met. */
export class CategoryTable {
  readonly #byId = new Map<number, Category>();
  readonly #idsByName = new Map<string, number>();
  #highestId = 0;

  constructor(given: readonly Category[]) {
    for (const category of given) this.#add(category);
  }

  get all(): Category[] {
    return [...this.#byId.values()];
  }

  /** The id of a class that is known by its id, its name, both or neither. */
  idOf(id: number | undefined, name: string | undefined): number {
    if (id !== undefined) {
      if (!this.#byId.has(id)) this.#add({ id, name: name ?? `${id}` });
      return id;
    }
    const known = this.#idsByName.get(name ?? UNNAMED);
    return known ?? this.#add({ id: this.#highestId + 1, name: name ?? UNNAMED });
  }

  #add(category: Category): number {
    const { id, name } = category;
    this.#byId.set(id, category);
    if (!this.#idsByName.has(name)) this.#idsByName.set(name, id);
    this.#highestId = Math.max(this.#highestId, id);
    return id;
  }
}
