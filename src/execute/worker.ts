/*
 * The thread in which a model lives. onnxruntime's run blocks the event loop it is called from, so the main thread, which
 * draws the bar, writes files and hears Ctrl-C, never calls it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { errorAsData } from '../errors.js';
import { loadModel, type SamModel } from '../model/runtime/load-model.js';
import { type Answerer, answererOf } from './answerer.js';
import { cropSharing, helpWith } from './crop-offer.js';
import type { MaskNamer } from './mask-namer.js';
import type { WorkerAnswer, WorkerMessage, WorkerRequest, WorkerSetup } from './protocol.js';

/** What a worker has once its model is loaded. */
interface Loaded {
  readonly model: SamModel;
  readonly answer: Answerer;
}

const { job, threads, encoderThreads, sharesImages }: WorkerSetup = workerData;
const say = (message: WorkerMessage) => parentPort?.postMessage(message);
const share = sharesImages
  ? cropSharing((offer, port, transfer) => parentPort?.postMessage({ kind: 'offer', offer, port }, transfer))
  : undefined;

let loading: Promise<Loaded> | undefined;

async function load(): Promise<Loaded> {
  const model = await loadModel(job.model, {
    threads,
    encoderThreads,
    loadsEncoderLate: true,
    ...(job.device && { device: job.device }),
    ...(job.embeddings && { embeddings: job.embeddings }),
    onNotice: (message) => say({ kind: 'notice', message }),
  });
  return { model, answer: answererOf(job, model, await loadNamer(model)) };
}

/** Where the encoder runs, the other model of images does: which device that is, is part of the run. */
async function loadNamer({ encodesOn: provider }: SamModel): Promise<MaskNamer | undefined> {
  if (job.kind === 'edges' || !job.words) return undefined;
  // most runs have no words, and need no tokenizer
  const { MaskNamer } = await import('./mask-namer.js');
  return MaskNamer.load(job.words, {
    threads: encoderThreads,
    provider,
    ...(job.embeddings && { embeddings: job.embeddings }),
    onNotice: (message) => say({ kind: 'notice', message }),
  });
}

async function answered(request: WorkerRequest): Promise<WorkerAnswer> {
  loading ??= load();
  const { model, answer } = await loading;
  const { decoderForm, encodesOn: device, decodesOn: decoderDevice } = model;
  const loaded = { decoderForm, device, decoderDevice };
  switch (request.kind) {
    case 'ready':
      return { ok: true, loaded, made: undefined };
    case 'help':
      return { ok: true, loaded, made: await helpWith(model, request.offer) };
    case 'answer': {
      const { id } = request;
      const made = await answer(request, {
        onProgress: (done, total) => say({ kind: 'progress', id, done, total }),
        onCrop: (crop, crops) => say({ kind: 'crop', id, crop, crops }),
        // a GPU is kept busy by large batches, which are not to be cut small for others
        ...(share && model.decodesOn === 'cpu' && { share }),
      });
      return { ok: true, loaded, made };
    }
  }
}

export default async function run(request: WorkerRequest): Promise<WorkerAnswer> {
  try {
    return await answered(request);
  } catch (error) {
    return { ok: false, error: errorAsData(error, 'worker-failed') };
  }
}
