/** One name for masks, and what it looks like in words. */
export interface Label {
  /** Of the category in records: 1 and on, or what a COCO dataset has; no other label has it. */
  readonly id: number;
  /** Of the category in records. */
  readonly name: string;
  /** Each in the place of `{}` in every template. A mask is as like the label as it is like the best of them. */
  readonly phrases: readonly string[];
}

/** What words say of a mask. */
export interface MaskLabel {
  /** Of the label among those asked for. */
  readonly categoryId: number;
  readonly category: string;
  /** 0 to 1. */
  readonly score: number;
}
