import { MaskGenerator, type MaskGeneratorOptions } from '../amg/generator.js';
import { overlayOfMasks } from '../image/overlay.js';
import type { SegmentationModel } from '../sam/segmentation-model.js';
import { segmentImage } from '../segment/segment-image.js';
import type { ImageAnswer, ImageTask } from './executor.js';
import type { EverythingJob, Job, SegmentJob } from './job.js';

/** Does a job with one image, in the calling thread. */
export type Answerer = (task: ImageTask, watch: MaskGeneratorOptions) => Promise<ImageAnswer>;

/**
 * What a job does with an image once the model is loaded: settings are resolved here, once, not per image.
 *
 * @throws SamError `bad-usage` or `bad-point-grid` for settings that cannot be used.
 */
export function answererOf(job: Job, model: SegmentationModel): Answerer {
  const answer = job.kind === 'everything' ? everythingAnswerer(job, model) : segmentAnswerer(job, model);
  return async (task, watch) => {
    const made = await answer(task, watch);
    return task.overlay ? { ...made, overlay: overlayOfMasks(task.image, made.masks) } : made;
  };
}

function everythingAnswerer({ settings }: EverythingJob, model: SegmentationModel): Answerer {
  const generator = new MaskGenerator(model, settings);
  return ({ image }, watch) => generator.generate(image, watch);
}

function segmentAnswerer({ settings }: SegmentJob, model: SegmentationModel): Answerer {
  return ({ image, prompts = [] }, { onProgress }) => segmentImage(model, image, prompts, settings, onProgress);
}
