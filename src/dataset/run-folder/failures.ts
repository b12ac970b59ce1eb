import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { unwritable } from '../../storage/write-atomic.js';
import { FingerprintMap } from '../plan/fingerprint-map.js';
import type { Journal } from './journal.js';
import { type FailedLine, journalLines } from './journal-lines.js';
import type { RunFolderPaths } from './paths.js';

/** How many images failed, by code. */
export type FailuresByCode = Record<string, number>;

/** The line of failures.ndjson for a failed image. */
export function failureLineOf({ image_id, image, code, reason, at }: FailedLine): string {
  return `${JSON.stringify({ image_id, image, code, reason, at: new Date(at).toISOString() })}\n`;
}

/** The lines of images that are failed still, each once. */
export async function* currentFailures(journal: Journal): AsyncGenerator<FailedLine> {
  const seen = new FingerprintMap();
  for await (const lines of journalLines(journal.path)) {
    for (const line of lines) {
      if (line.state !== 'failed' || journal.stateOf(line.image) !== 'failed' || !seen.add(line.image)) continue;
      yield line;
    }
  }
}

/** Makes failures.ndjson say what the journal says: a line for each image that is failed still, no file when there is none. */
export async function rewriteFailures(paths: RunFolderPaths, journal: Journal): Promise<FailuresByCode> {
  const byCode: FailuresByCode = {};
  if (journal.failed === 0) {
    await rm(paths.failures, { force: true });
    return byCode;
  }
  async function* lines() {
    for await (const line of currentFailures(journal)) {
      byCode[line.code] = (byCode[line.code] ?? 0) + 1;
      yield failureLineOf(line);
    }
  }
  const temporary = join(paths.temporary, 'failures.ndjson.tmp');
  try {
    await mkdir(paths.temporary, { recursive: true });
    await pipeline(Readable.from(lines()), createWriteStream(temporary));
    await rename(temporary, paths.failures);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(paths.failures, error);
  }
  return byCode;
}
