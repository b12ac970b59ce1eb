import type { PlannedImage } from '../plan/planned-image.js';

/** Images of a run: which there are, and their bytes. `openInputs` makes one of what a user names; a program may bring its own. */
export interface Source {
  /**
   * Every image in an order that depends on nothing but the inputs, some at a time. Nothing is decoded, and what can wait is not
   * looked at, so that millions are listed at once. Gone through once, before any image is opened.
   *
   * @throws SamError `bad-usage` when an input does not exist, or when there is no image at all.
   */
  images(): AsyncIterable<readonly PlannedImage[]>;
  /**
   * The file of an image that this source planned: a path, or its bytes. Several are opened at the same time. Images that were
   * refused while planning are not opened.
   *
   * @throws SamError with a code that says what is wrong with it.
   */
  open(image: PlannedImage, options?: OpenOptions): Promise<string | Uint8Array>;
  /** Closes what is kept open, and ends a search that is under way. */
  close(): Promise<void>;
}

/** Options of {@link Source.open}. */
export interface OpenOptions {
  /** Bounds what waits for a network, in seconds. @default 60 */
  readonly timeoutSeconds?: number;
}
