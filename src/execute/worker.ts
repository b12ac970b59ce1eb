/*
 * The thread in which a model lives. onnxruntime's run blocks the event loop it is called from, so the main thread, which
 * draws the bar, writes files and hears Ctrl-C, never calls it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { recordOf } from '../amg/candidate.js';
import { MaskGenerator } from '../amg/generator.js';
import { messageOf, SamError } from '../errors.js';
import { overlayOfMasks } from '../image/overlay.js';
import { loadModel, type SamModel } from '../model/runtime/load-model.js';
import type { FoundMasks } from '../sam/found-mask.js';
import type { RgbImage } from '../sam/rgb-image.js';
import { segmentImage } from '../segment/segment-image.js';
import type {
  GenerateAnswer,
  GenerateTask,
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
  const found = await generator.generate(image, {
    onProgress: (done, total) => say({ kind: 'progress', id, done, total }),
    onCrop: (crop, crops) => say({ kind: 'crop', id, crop, crops }),
  });
  return answerOf(image, found, overlay);
}

async function segment({ id, image, prompts, settings, overlay }: SegmentTask): Promise<GenerateAnswer> {
  const found = await segmentImage(await model(), image, prompts, settings, (done, total) =>
    say({ kind: 'progress', id, done, total }),
  );
  return answerOf(image, found, overlay);
}

function answerOf(image: RgbImage, { masks, seconds }: FoundMasks, overlay: boolean): GenerateAnswer {
  const records = masks.map((mask, i) => recordOf(mask, i + 1));
  return { records, timings: seconds, ...(overlay && { overlay: overlayOfMasks(image, masks) }) };
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
