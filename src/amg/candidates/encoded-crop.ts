import { cropOfImage } from '../../image/crop-image.js';
import type { MaskMeasurer } from '../../mask/logits/mask-measurer.js';
import type { StageSeconds } from '../../sam/found-mask.js';
import type { ModelGeometry } from '../../sam/geometry.js';
import type { ImageSize, RgbImage } from '../../sam/rgb-image.js';
import type { EncodedImage, SegmentationModel } from '../../sam/segmentation-model.js';
import { measurerOf } from '../../segment/measure-answers.js';
import type { CropBox } from '../points/crop-boxes.js';
import type { GeneratorSettings } from '../settings.js';

/** Which masks are worth measuring, and how the model is asked for them. */
export type CandidateSettings = Pick<
  GeneratorSettings,
  'predIouThresh' | 'stabilityScoreThresh' | 'stabilityScoreOffset' | 'pointsPerBatch' | 'useM2m' | 'maxMaskCoverage'
>;

/** A part of an image after the encoder, ready to be asked about its points. */
export interface EncodedCrop {
  readonly crop: CropBox;
  /** Of the whole image. */
  readonly imageSize: ImageSize;
  readonly encoded: EncodedImage;
  /** Gives up masks below the stability threshold as soon as that is certain. */
  readonly measurer: MaskMeasurer;
  readonly settings: CandidateSettings;
  /** What asking about it takes is added here. */
  readonly seconds: StageSeconds;
}

/**
 * Encodes a part of an image at its own resolution.
 *
 * @param seconds - What it takes is added here.
 */
export async function encodeCrop(
  model: SegmentationModel,
  image: RgbImage,
  crop: CropBox,
  settings: CandidateSettings,
  seconds: StageSeconds,
): Promise<EncodedCrop> {
  const startedAt = performance.now();
  const encoded = await model.encode(cropOfImage(image, crop.boxXyxy));
  seconds.encode += (performance.now() - startedAt) / 1000;
  const { width, height } = image;
  return openCrop(model.geometry, encoded, { crop, imageSize: { width, height }, settings }, seconds);
}

/** Makes a crop that is encoded ready to be asked about its points. */
export function openCrop(
  geometry: ModelGeometry,
  encoded: EncodedImage,
  { crop, imageSize, settings }: Pick<EncodedCrop, 'crop' | 'imageSize' | 'settings'>,
  seconds: StageSeconds,
): EncodedCrop {
  const [left, top] = crop.boxXyxy;
  const { stabilityScoreOffset, stabilityScoreThresh } = settings;
  const measurer = measurerOf(encoded, geometry, {
    stabilityScoreOffset,
    stabilityScoreThresh,
    image: { ...imageSize, left, top },
  });
  return { crop, imageSize, encoded, measurer, settings, seconds };
}
