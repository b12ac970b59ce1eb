/*
 * The thread in which a model lives. onnxruntime's run blocks the event loop it is called from, so the main thread, which
 * draws the bar, writes files and hears Ctrl-C, never calls it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { MaskGenerator } from '../amg/generator.js';
import { messageOf, SamError } from '../errors.js';
import { overlayOf } from '../image/overlay.js';
import { loadModel, type SamModel } from '../model/runtime/load-model.js';
import { segmentImage } from '../segment/segment-image.js';
import type {
  GenerateAnswer,
  GenerateTask,
  SegmentAnswer,
  SegmentTask,
  WorkerAnswer,
  WorkerMessage,
  WorkerSetup,
  WorkerTask,
} from './protocol.js';

const setup: WorkerSetup = workerData;
const say = (message: WorkerMessage) => parentPort?.postMessage(message);

let loading: Promise<SamModel> | undefined;

function model(): Promise<SamModel> {
  loading ??= loadModel(setup.model, {
    threads: setup.threads,
    ...(setup.embeddings && { embeddings: setup.embeddings }),
    onNotice: (message) => say({ kind: 'notice', message }),
  });
  return loading;
}

async function generate({ id, image, settings, overlay }: GenerateTask): Promise<GenerateAnswer> {
  const generator = new MaskGenerator(await model(), settings);
  const { records, timings } = await generator.generateWithTimings(image, {
    onProgress: (done, total) => say({ kind: 'progress', id, done, total }),
    onCrop: (crop, crops) => say({ kind: 'crop', id, crop, crops }),
  });
  return overlay ? { records, timings, overlay: overlayOf(image, records) } : { records, timings };
}

async function segment({ id, image, prompts, settings, overlay }: SegmentTask): Promise<SegmentAnswer> {
  const { masks, timings } = await segmentImage(await model(), image, prompts, settings, (done, total) =>
    say({ kind: 'progress', id, done, total }),
  );
  return { records: masks, timings, ...(overlay && { overlay: overlayOf(image, masks) }) };
}

async function answer(task: WorkerTask): Promise<GenerateAnswer | undefined> {
  if (task.kind === 'generate') return generate(task);
  if (task.kind === 'segment') return segment(task);
  await model();
  return undefined;
}

export default async function run(task: WorkerTask): Promise<WorkerAnswer<GenerateAnswer | undefined>> {
  try {
    return { ok: true, value: await answer(task) };
  } catch (error) {
    const known = error instanceof SamError ? error : undefined;
    return {
      ok: false,
      code: known?.code,
      message: messageOf(error),
      ...(known?.hint !== undefined && { hint: known.hint }),
    };
  }
}
