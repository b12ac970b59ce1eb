import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SamError } from '../../errors.js';
import { separatedTexts } from '../../storage/lines.js';

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

/** Chunks in which the end of the file is searched for its last line. */
const TAIL_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

async function lengthToLastNewline(file: FileHandle): Promise<number> {
  const buffer = Buffer.alloc(TAIL_BYTES);
  let end = (await file.stat()).size;
  while (end > 0) {
    const start = Math.max(0, end - TAIL_BYTES);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    const last = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}

/** Bytes of the lines that were written to their end; 0 when there is no such file. */
export async function completeLengthOf(path: string): Promise<number> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  try {
    return await lengthToLastNewline(file);
  } finally {
    await file.close();
  }
}

/** What nearly every line of a journal looks like: an image with a record of its own and nothing that JSON escapes. */
const PLAIN_DONE_LINE =
  /^\{"image_id":(\d{1,15}),"state":"done","image":"([^"\\]*)","output":"([^"\\]*)","masks":(\d{1,15}),"at":(\d{1,15})\}$/;

/** A usual line, read several times faster than JSON is; undefined for any other. */
function plainDoneLineOf(text: string): DoneLine | undefined {
  const parts = PLAIN_DONE_LINE.exec(text);
  if (!parts) return undefined;
  return { image_id: +parts[1], state: 'done', image: parts[2], output: parts[3], masks: +parts[4], at: +parts[5] };
}

/**
 * The journal's lines, some at a time. A last line that was not written to its end is left out.
 *
 * @throws SamError `bad-run-folder` for a line that is damaged.
 */
export async function* journalLines(path: string): AsyncGenerator<JournalLine[]> {
  const length = await completeLengthOf(path);
  if (length === 0) return;
  const chunks = createReadStream(path, { end: length - 1, highWaterMark: 1024 * 1024 });
  let number = 0;
  for await (const texts of separatedTexts(chunks, '\n')) {
    yield texts.map((text): JournalLine => {
      number++;
      try {
        return plainDoneLineOf(text) ?? JSON.parse(text);
      } catch {
        throw new SamError(
          'bad-run-folder',
          `Expected JSON in line ${number} of ${path} but received "${text.slice(0, 80)}"`,
          'Remove that line (its image is then done again), or start again with --overwrite.',
        );
      }
    });
  }
}
