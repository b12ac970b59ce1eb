/*
 * A worker that fails as its image's first pixel says: 1 ends the thread once for each image, 2 ends it always, 3 fills the
 * memory, 4 never answers.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WorkerSetup, WorkerTask } from '../../src/execute/protocol.js';

const setup: WorkerSetup = workerData;

export default async function run(task: WorkerTask): Promise<unknown> {
  if (task.kind !== 'generate') return { ok: true };
  const [illness, image] = task.image.data;
  // the "model" of this worker is a folder that outlives threads
  const mark = `${setup.model}/${image}`;
  if (illness === 1 && !existsSync(mark)) {
    writeFileSync(mark, '');
    process.exit(1);
  }
  if (illness === 2) process.exit(1);
  if (illness === 3) {
    const hoard: number[][] = [];
    for (;;) hoard.push(new Array(1e6).fill(0.5));
  }
  if (illness === 4) await new Promise(() => setInterval(() => {}, 1000));
  return { ok: true, value: { records: [], timings: {} } };
}
