/*
 * A worker that fails as its image's first pixel says: 1 ends the thread once for each image, 2 ends it always, 3 fills the
 * memory, 4 never answers, 5 has a decoder of the other form, 6 an encoder on another device, 7 a decoder.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from '../../src/execute/protocol.js';

const { job }: WorkerSetup = workerData;
const USUAL = { decoderForm: 'compiled', device: 'cpu', decoderDevice: 'cpu' } as const;
const NO_SECONDS = { encode: 0, decode: 0, select: 0, finish: 0 };

export default async function run(request: WorkerRequest): Promise<WorkerAnswer> {
  if (request.kind !== 'answer') return { ok: true, loaded: USUAL, made: undefined };
  const [illness, image] = request.image.data;
  // the "model" of this worker is a folder that outlives threads
  const mark = `${job.model}/${image}`;
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
  const loaded = {
    decoderForm: illness === 5 ? 'as-exported' : USUAL.decoderForm,
    device: illness === 6 ? 'cuda' : USUAL.device,
    decoderDevice: illness === 7 ? 'cuda' : USUAL.decoderDevice,
  } as const;
  return { ok: true, loaded, made: { masks: [], prompts: 0, seconds: NO_SECONDS } };
}
