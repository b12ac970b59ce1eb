import { SamError, type SamErrorCode } from '../../errors.js';
import { completeLengthOf, separatedTexts } from '../../storage/lines.js';
import type { ByteRange, Storage } from '../../storage/storage.js';
import { RUN_FILES } from './file-names.js';

/** An image whose record is written. */
export interface DoneLine {
  readonly image_id: number;
  readonly state: 'done';
  /** Its locator, see `locatorOf`. */
  readonly image: string;
  /** The file with its record, below the output folder. */
  readonly output: string;
  readonly masks: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Where its record lies in the file, when others lie there too. */
  readonly start?: number;
  readonly end?: number;
}

/** An image that could not be done. */
export interface FailedLine {
  readonly image_id: number;
  readonly state: 'failed';
  readonly image: string;
  readonly code: SamErrorCode;
  readonly reason: string;
  readonly at: number;
}

/** One line of the journal: what became of an image. The last line about an image counts. */
export type JournalLine = DoneLine | FailedLine;

/** What nearly every line of a journal looks like: an image with a record of its own and nothing that JSON escapes. */
const PLAIN_DONE_LINE =
  /^\{"image_id":(\d{1,15}),"state":"done","image":"([^"\\]*)","output":"([^"\\]*)","masks":(\d{1,15}),"at":(\d{1,15})\}$/;

/** A usual line, read several times faster than JSON is; undefined for any other. */
function plainDoneLineOf(text: string): DoneLine | undefined {
  const parts = PLAIN_DONE_LINE.exec(text);
  if (!parts) return undefined;
  return { image_id: +parts[1], state: 'done', image: parts[2], output: parts[3], masks: +parts[4], at: +parts[5] };
}

/** A line and where it lies in the journal. */
export interface PlacedLine extends ByteRange {
  readonly line: JournalLine;
}

/** Options of {@link journalLines}. */
export interface JournalLinesOptions {
  /** Whether lines that are damaged are left out: for whoever removes the run. @default false */
  readonly skipDamaged?: boolean;
}

/**
 * The journal's lines, some at a time. A last line that was not written to its end is left out.
 *
 * @throws SamError `bad-run-folder` for a line that is damaged.
 */
export async function* journalLines(
  storage: Storage,
  { skipDamaged = false }: JournalLinesOptions = {},
): AsyncGenerator<JournalLine[]> {
  let number = 0;
  for await (const texts of lineTexts(storage)) {
    const lines: JournalLine[] = [];
    for (const text of texts) {
      number++;
      const line = lineOfText(text);
      if (line) lines.push(line);
      else if (!skipDamaged) throw damaged(storage, `line ${number}`, text);
    }
    yield lines;
  }
}

/** As {@link journalLines}, with their places. */
export async function* placedLines(storage: Storage): AsyncGenerator<PlacedLine[]> {
  let number = 0;
  let start = 0;
  for await (const texts of lineTexts(storage)) {
    const lines: PlacedLine[] = [];
    for (const text of texts) {
      number++;
      const end = start + Buffer.byteLength(text);
      const line = lineOfText(text);
      if (!line) throw damaged(storage, `line ${number}`, text);
      lines.push({ line, start, end });
      start = end + 1;
    }
    yield lines;
  }
}

/** The line that bytes of the journal are. @throws SamError `bad-run-folder` when they are none. */
export function lineOfBytes(storage: Storage, bytes: Uint8Array): JournalLine {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const line = lineOfText(text);
  if (line) return line;
  throw damaged(storage, 'a line', text);
}

async function* lineTexts(storage: Storage): AsyncGenerator<string[]> {
  const end = await completeLengthOf(storage, RUN_FILES.journal);
  if (end > 0) yield* separatedTexts(storage.stream(RUN_FILES.journal, { end }), '\n');
}

/** What a line says; undefined when it is damaged. */
export function lineOfText(text: string): JournalLine | undefined {
  const plain = plainDoneLineOf(text);
  if (plain) return plain;
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is JournalLine {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as Readonly<Record<string, unknown>>;
  const isAbout = isCount(line.image_id) && typeof line.image === 'string' && typeof line.at === 'number';
  if (!isAbout) return false;
  if (line.state === 'failed') return typeof line.code === 'string' && typeof line.reason === 'string';
  if (line.state !== 'done' || typeof line.output !== 'string' || !isCount(line.masks)) return false;
  if (line.start === undefined && line.end === undefined) return true;
  return isCount(line.start) && isCount(line.end) && line.start <= line.end;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function damaged(storage: Storage, place: string, text: string): SamError {
  return new SamError(
    'bad-run-folder',
    `Expected an image and what became of it in ${place} of ${storage.locate(RUN_FILES.journal)} but received "${text.slice(0, 80)}"`,
    'Remove that line (its image is then done again), or start again with --overwrite.',
  );
}
