import { SamError } from '../../errors.js';
import { completeLengthOf, separatedTexts } from '../../storage/lines.js';
import type { Storage } from '../../storage/storage.js';
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
  readonly code: string;
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

/** Options of {@link journalLines}. */
export interface JournalLinesOptions {
  /** Whether lines that are damaged are left out. @default false */
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
  const end = await completeLengthOf(storage, RUN_FILES.journal);
  if (end === 0) return;
  let number = 0;
  for await (const texts of separatedTexts(storage.stream(RUN_FILES.journal, { end }), '\n')) {
    const lines: JournalLine[] = [];
    for (const text of texts) {
      number++;
      const line = lineOf(text);
      if (line) lines.push(line);
      else if (!skipDamaged) throw damaged(storage, number, text);
    }
    yield lines;
  }
}

function lineOf(text: string): JournalLine | undefined {
  try {
    return plainDoneLineOf(text) ?? JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(storage: Storage, number: number, text: string): SamError {
  return new SamError(
    'bad-run-folder',
    `Expected JSON in line ${number} of ${storage.locate(RUN_FILES.journal)} but received "${text.slice(0, 80)}"`,
    'Remove that line (its image is then done again), or start again with --overwrite.',
  );
}
