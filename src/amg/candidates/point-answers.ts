import type { DecodedBatch, PromptBatch } from '../../sam/segmentation-model.js';
import { feedbackPrompts } from '../../segment/mask-feedback.js';
import type { EncodedCrop } from './encoded-crop.js';
import { foregroundPointPrompts } from './point-prompts.js';
import { predIouLimitOf } from './pred-iou-limit.js';

/** Logits beyond this are cut before a mask is fed back, as SAM 2's predictor does. */
const LOGIT_LIMIT = 32;

/** What the decoder said about some points. */
export interface PointAnswer {
  readonly decoded: DecodedBatch;
  /** The point that found a mask, as an index into those asked. */
  pointOf(mask: number): number;
}

/**
 * The decoder's masks for a batch of points. Each answer is gone when the next one is asked for.
 *
 * @param pointsInCrop - [N, 2] x, y in pixels of the crop.
 */
export async function* answersAbout(crop: EncodedCrop, pointsInCrop: Float64Array): AsyncGenerator<PointAnswer> {
  const { encoded, settings, seconds } = crop;
  if (settings.useM2m) {
    yield* refinedAnswersAbout(crop, pointsInCrop);
    return;
  }
  const startedAt = performance.now();
  const predIouThresh = predIouLimitOf(settings.predIouThresh);
  const decoded = await encoded.decode(foregroundPointPrompts(pointsInCrop), { predIouThresh });
  seconds.decode += (performance.now() - startedAt) / 1000;
  yield { decoded, pointOf: (mask) => Math.floor(mask / decoded.masksPerPrompt) };
}

/** As {@link answersAbout}, each mask fed back once with its point (`refine_with_m2m` of SAM 2's generator). */
async function* refinedAnswersAbout(
  { encoded, settings, seconds }: EncodedCrop,
  pointsInCrop: Float64Array,
): AsyncGenerator<PointAnswer> {
  const { pointsPerBatch } = settings;
  const predIouThresh = predIouLimitOf(settings.predIouThresh);
  const startedAt = performance.now();
  const prompts = foregroundPointPrompts(pointsInCrop);
  const first = await encoded.decode(prompts, { cells: 'all' });
  seconds.decode += (performance.now() - startedAt) / 1000;

  const { masksPerPrompt } = first;
  const every = Array.from(first.offsets, (_, at) => ({ row: Math.floor(at / masksPerPrompt), at }));
  const refinements = feedbackPrompts(prompts, first, every, { logitLimit: LOGIT_LIMIT });
  for (let from = 0; from < refinements.count; from += pointsPerBatch) {
    const refineStartedAt = performance.now();
    const to = Math.min(refinements.count, from + pointsPerBatch);
    const decoded = await encoded.decode(promptsFrom(refinements, from, to), { masks: 'single', predIouThresh });
    seconds.decode += (performance.now() - refineStartedAt) / 1000;
    yield { decoded, pointOf: (mask) => every[from + mask].row };
  }
}

/** A part of a batch: prompts `from` up to `to`, not copied. */
function promptsFrom(batch: PromptBatch, from: number, to: number): PromptBatch {
  const { count, pointsPerPrompt, coords, labels, maskInput } = batch;
  const part = (values: Float32Array) => values.subarray((from * values.length) / count, (to * values.length) / count);
  return {
    count: to - from,
    pointsPerPrompt,
    coords: part(coords),
    labels: part(labels),
    ...(maskInput && { maskInput: part(maskInput) }),
  };
}
