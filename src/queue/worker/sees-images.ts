import type { Job, Queue } from 'bullmq';
import type { Source } from '../../dataset/sources/source.js';
import { type BatchData, tasksOfBatch } from '../batch.js';

/** Jobs that are looked at, from anywhere in the queue. */
const LOOKS = 20;
/** Seconds that one look may take. */
const TIMEOUT = 10;

/**
 * Whether this machine can open any of some images that wait: where it cannot, it is the machine that lacks something, such as a folder
 * that the others have.
 *
 * @returns undefined when no image waits.
 */
export async function seesAnImage(queue: Queue, source: Pick<Source, 'open'>): Promise<boolean | undefined> {
  const waiting = await queue.getWaitingCount();
  if (waiting === 0) return undefined;
  for (let look = 0; look < LOOKS; look++) {
    const place = Math.floor(Math.random() * waiting);
    const [job]: (Job<BatchData> | undefined)[] = await queue.getWaiting(place, place);
    const [task] = job?.data.images ? tasksOfBatch(job.data) : [];
    if (!task) continue;
    try {
      await source.open(task.planned, { timeoutSeconds: TIMEOUT });
      return true;
    } catch {
      // the next one may be there
    }
  }
  return false;
}
