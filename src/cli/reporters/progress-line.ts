import { clockOf, counted, rateOf } from '../in-words.js';
import type { ProgressView } from './run-progress.js';

const SEPARATOR = ' | ';
const SHORTEST_BAR = 6;
/** Characters of the bar where there is room. */
export const LONGEST_BAR = 30;

/** A piece of the line. What has the highest rank is left out first where there is no room. */
interface Piece {
  readonly text: string;
  readonly rank: number;
}

/** The bar itself goes after these: how many images, and until when. */
const BAR_RANK = 1;

/** The pieces that there are to show, in their order on the line. */
function piecesOf(view: ProgressView): Piece[] {
  const { total, settled, masks, failures, elapsedSeconds, leftSeconds, imagesPerMinute, crop, finishing } = view;
  const pieces: Piece[] = [
    { text: `${settled}/${counted(total, 'image')}`, rank: 0 },
    { text: counted(masks, 'mask'), rank: 5 },
  ];
  if (failures > 0) pieces.push({ text: `${failures} failed`, rank: 3 });
  if (imagesPerMinute !== undefined) pieces.push({ text: rateOf(imagesPerMinute), rank: 2 });
  pieces.push({ text: `${clockOf(elapsedSeconds)} elapsed`, rank: 6 });
  if (finishing !== undefined) pieces.push({ text: `finishing ${counted(finishing, 'image')}`, rank: 1 });
  else if (leftSeconds !== undefined) pieces.push({ text: `${clockOf(leftSeconds)} left`, rank: 1 });
  if (crop) pieces.push({ text: `crop ${crop.crop} of ${crop.crops}`, rank: 4 });
  return pieces;
}

/** What is done before the first image. */
function preparationOf({ stage, found, finishing }: ProgressView): string {
  if (finishing !== undefined) return 'Stopping...';
  if (stage === 'loading') return 'Loading the model...';
  return found > 0 ? `Looking for images... ${counted(found, 'image')} so far` : 'Looking for images...';
}

/**
 * One line that says how far a run is.
 *
 * @param room - Characters that the line may have. What is least important is left out until it fits.
 * @param barOf - Draws a bar of so many characters.
 */
export function progressLineOf(view: ProgressView, room: number, barOf: (length: number) => string): string {
  if (view.stage !== 'working') return preparationOf(view).slice(0, room);
  const pieces = piecesOf(view);
  const shown = new Set<Piece>();
  let length = 0;
  for (const piece of pieces.toSorted((a, b) => a.rank - b.rank)) {
    const longer = length + (shown.size > 0 ? SEPARATOR.length : 0) + piece.text.length;
    const reserved = piece.rank > BAR_RANK ? SHORTEST_BAR + 1 : 0;
    if (longer + reserved > room) break;
    shown.add(piece);
    length = longer;
  }
  const text = pieces
    .filter((piece) => shown.has(piece))
    .map((piece) => piece.text)
    .join(SEPARATOR);
  // in steps, so that the text behind it does not move with every digit
  const bar = Math.min(LONGEST_BAR, SHORTEST_BAR * Math.floor((room - text.length - 1) / SHORTEST_BAR));
  return bar < SHORTEST_BAR ? text : `${barOf(bar)} ${text}`;
}
