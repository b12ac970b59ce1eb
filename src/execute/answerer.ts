import { MaskGenerator, type MaskGeneratorOptions } from '../amg/generator.js';
import { EdgeDetector } from '../edges/edge-detector.js';
import { overlayOfMasks } from '../image/overlay.js';
import type { SegmentationModel } from '../sam/segmentation-model.js';
import { segmentImage } from '../segment/segment-image.js';
import type { ImageAnswer, ImageTask } from './executor.js';
import type { EdgesJob, EverythingJob, Job, SegmentJob } from './job.js';
import type { MaskNamer } from './mask-namer.js';

/** Does a job with one image, in the calling thread. */
export type Answerer = (task: ImageTask, watch: MaskGeneratorOptions) => Promise<ImageAnswer>;

/**
 * What a job does with an image once the model is loaded: settings are resolved here, once, not per image.
 *
 * @param namer - What names its masks, where the job has words.
 * @throws SamError `bad-usage` or `bad-point-grid` for settings that cannot be used.
 */
export function answererOf(job: Job, model: SegmentationModel, namer?: MaskNamer): Answerer {
  const answer = answererOfKind(job, model);
  return async (task, watch) => {
    const found = await answer(task, watch);
    const made = namer ? await named(found, namer, task) : found;
    return task.overlay ? { ...made, overlay: overlayOfMasks(task.image, made.masks) } : made;
  };
}

async function named(found: ImageAnswer, namer: MaskNamer, { image }: ImageTask): Promise<ImageAnswer> {
  const startedAt = performance.now();
  const masks = await namer.named(image, found.masks);
  const finish = found.seconds.finish + (performance.now() - startedAt) / 1000;
  return { ...found, masks, seconds: { ...found.seconds, finish } };
}

function answererOfKind(job: Job, model: SegmentationModel): Answerer {
  switch (job.kind) {
    case 'everything':
      return everythingAnswerer(job, model);
    case 'segment':
      return segmentAnswerer(job, model);
    case 'edges':
      return edgesAnswerer(job, model);
  }
}

function everythingAnswerer({ settings }: EverythingJob, model: SegmentationModel): Answerer {
  const generator = new MaskGenerator(model, settings);
  return ({ image }, watch) => generator.generate(image, watch);
}

function segmentAnswerer({ settings }: SegmentJob, model: SegmentationModel): Answerer {
  return ({ image, prompts = [] }, { onProgress }) => segmentImage(model, image, prompts, settings, onProgress);
}

function edgesAnswerer({ settings }: EdgesJob, model: SegmentationModel): Answerer {
  const detector = new EdgeDetector(model, settings);
  return ({ image }, { onProgress }) => detector.detect(image, onProgress);
}
