import type { TextStream } from '../command-context.js';
import { counted } from '../in-words.js';
import { progressLineOf } from './progress-line.js';
import { terminalBar } from './terminal-bar.js';
import { TerminalLine } from './terminal-line.js';

/** Milliseconds between two lines where there is no terminal. */
const BETWEEN_LINES = 5000;

/** How far a work over images is. */
export interface CountedImages {
  readonly images: number;
  readonly masks: number;
  /** Images that there are. */
  readonly total: number;
}

/** Shows how far a work is that makes no masks of its own. */
export interface ImageCount {
  readonly onProgress: (done: CountedImages) => void;
  close(): void;
}

/** What an {@link ImageCount} works with. */
interface ImageCountOptions {
  /** As the variable TERM. */
  readonly terminalType?: string | undefined;
  /** A clock in milliseconds. @default the process's */
  readonly now?: () => number;
}

/** A bar on a terminal, a line now and then elsewhere. */
export function imageCount(stream: TextStream, options: ImageCountOptions = {}): ImageCount {
  const { terminalType = process.env.TERM, now = () => performance.now() } = options;
  return stream.isTTY && terminalType !== 'dumb' ? countBar(stream, now) : countLines(stream, now);
}

function countLines(stream: TextStream, now: () => number): ImageCount {
  let shownAt = now();
  const onProgress = ({ images, total }: CountedImages) => {
    if (now() - shownAt < BETWEEN_LINES) return;
    shownAt = now();
    stream.write(`${images} of ${counted(total, 'image')}\n`);
  };
  return { onProgress, close: () => {} };
}

function countBar(stream: TextStream, now: () => number): ImageCount {
  const startedAt = now();
  let done: CountedImages = { images: 0, masks: 0, total: 0 };
  const view = () => {
    const { images, masks, total } = done;
    const elapsedSeconds = (now() - startedAt) / 1000;
    return {
      ...({ stage: 'working', found: 0, total, settled: images, masks, failures: 0, elapsedSeconds } as const),
      leftSeconds: images > 0 ? (elapsedSeconds * (total - images)) / images : undefined,
      imagesPerMinute: images > 0 ? (60 * images) / elapsedSeconds : undefined,
      crop: undefined,
      finishing: undefined,
    };
  };
  const bar = terminalBar(new TerminalLine(stream), (room, barOf) => progressLineOf(view(), room, barOf));
  const onProgress = (now: CountedImages) => {
    done = now;
    bar.setTotal(now.total);
    bar.update(now.images);
  };
  return { onProgress, close: () => bar.stop() };
}
