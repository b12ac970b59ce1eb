import type { PlannedImage } from './planned-image.js';

/** Images of a run: which there are, and their bytes. A kind of source is one module that makes one of these. */
export interface Source {
  /**
   * Every image in an order that depends on nothing but the inputs, some at a time. Nothing is decoded, and what can wait is not
   * looked at, so that millions are listed at once.
   *
   * @throws SamError `bad-usage` when an input does not exist.
   */
  images(): AsyncIterable<readonly PlannedImage[]>;
  /**
   * The file of an image that this source planned: a path, or its bytes.
   *
   * @throws SamError with a code that says what is wrong with it.
   */
  open(image: PlannedImage): Promise<string | Uint8Array>;
  /** Closes what is kept open. */
  close(): Promise<void>;
}
