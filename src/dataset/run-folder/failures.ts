import type { Storage } from '../../storage/storage.js';
import { RUN_FILES } from './file-names.js';
import type { Journal } from './journal.js';
import { type FailedLine, journalLines } from './journal-lines.js';

/** The line of failures.ndjson for a failed image. */
export function failureLineOf({ image_id, image, code, reason, at }: FailedLine): string {
  return `${JSON.stringify({ image_id, image, code, reason, at: new Date(at).toISOString() })}\n`;
}

/** The lines of failures.ndjson, some at a time: for each image that is failed still the reason of its last failure. */
async function* failureLines(storage: Storage, journal: Journal): AsyncGenerator<string> {
  let failure = 0;
  for await (const lines of journalLines(storage)) {
    let texts = '';
    for (const line of lines) {
      if (line.state === 'failed' && journal.isLastOf(line.image, failure++)) texts += failureLineOf(line);
    }
    yield texts;
  }
}

/** Makes failures.ndjson say what the journal says: a line for each image that is failed still, no file when there is none. */
export async function rewriteFailures(storage: Storage, journal: Journal): Promise<void> {
  if (journal.failed === 0) await storage.remove(RUN_FILES.failures);
  else await storage.write(RUN_FILES.failures, failureLines(storage, journal));
}
