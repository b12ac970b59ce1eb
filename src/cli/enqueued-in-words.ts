import type { EnqueueReport } from '../queue/enqueue-run.js';
import type { RedisAddress } from '../queue/redis/redis-address.js';
import { counted } from './in-words.js';
import { shownLines } from './shown.js';

/** What was put in a queue, for a person. */
export function enqueuedInWords(report: EnqueueReport, { inWords }: RedisAddress): string {
  const { run, planned, settled_before, jobs_added, jobs_there, batch_size } = report;
  const lines = [
    `${counted(planned, 'image')}, ${settled_before} settled before: ${counted(jobs_added, 'job')} of up to ${counted(batch_size, 'image')} added to run ${run} in ${inWords}, ${jobs_there} were there`,
  ];
  if (jobs_added + jobs_there > 0) {
    lines.push(`Work on them: sam-cli worker --queue ${inWords}`, `How far they are: sam-cli status ${inWords}`);
  }
  return shownLines(lines);
}
