/*
 * The thread in which a model lives. onnxruntime's run blocks the event loop it is called from, so the main thread, which
 * draws the bar, writes files and hears Ctrl-C, never calls it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { errorAsData } from '../errors.js';
import { loadModel, type SamModel } from '../model/runtime/load-model.js';
import { listenTo } from '../model/runtime/native-calls.js';
import { type Answerer, answererOf } from './answerer.js';
import { cropSharing, helpWith } from './crop-offer.js';
import type { MaskNamer } from './mask-namer.js';
import type { WorkerAnswer, WorkerMessage, WorkerRequest, WorkerSetup } from './protocol.js';

const { job, threads, encoderThreads, sharesImages }: WorkerSetup = workerData;
const say = (message: WorkerMessage) => parentPort?.postMessage(message);
const share = sharesImages
  ? cropSharing((offer, port, transfer) => parentPort?.postMessage({ kind: 'offer', offer, port }, transfer))
  : undefined;

let loadingModel: Promise<SamModel> | undefined;
let loadingAnswerer: Promise<Answerer> | undefined;

function model(): Promise<SamModel> {
  loadingModel ??= loadModel(job.model, {
    threads,
    encoderThreads,
    loadsEncoderLate: true,
    ...(job.device && { device: job.device }),
    ...(job.embeddings && { embeddings: job.embeddings }),
    onNotice: (message) => say({ kind: 'notice', message }),
  });
  // one that was stopped while it loaded loads for the next image
  loadingModel.catch(() => {
    loadingModel = undefined;
  });
  return loadingModel;
}

/** What whole images need beside the model. Whoever only helps with those of others does without. */
function answerer(loaded: SamModel): Promise<Answerer> {
  loadingAnswerer ??= loadNamer(loaded).then((namer) => answererOf(job, loaded, namer));
  loadingAnswerer.catch(() => {
    loadingAnswerer = undefined;
  });
  return loadingAnswerer;
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
  const ownModel = await model();
  const { decoderForm, encodesOn: device, decodesOn: decoderDevice } = ownModel;
  const loaded = { decoderForm, device, decoderDevice };
  switch (request.kind) {
    case 'ready':
      if (request.toCome === 'images') await answerer(ownModel);
      return { ok: true, loaded, made: undefined };
    case 'help':
      return { ok: true, loaded, made: await helpWith(ownModel, request.offer) };
    case 'answer': {
      const { id } = request;
      const answer = await answerer(ownModel);
      const made = await answer(request, {
        onProgress: (done, total) => say({ kind: 'progress', id, done, total }),
        onCrop: (crop, crops) => say({ kind: 'crop', id, crop, crops }),
        // a GPU is kept busy by large batches, which are not to be cut small for others
        ...(share && decoderDevice === 'cpu' && { share }),
      });
      return { ok: true, loaded, made };
    }
  }
}

export default async function run(request: WorkerRequest): Promise<WorkerAnswer> {
  listenTo(request.stop);
  try {
    return await answered(request);
  } catch (error) {
    return { ok: false, error: errorAsData(error, 'worker-failed') };
  }
}
