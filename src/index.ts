/**
 * The library: load a model, make a generator, get typed records.
 *
 * @module
 */

export type { GenerateOptions } from './amg/generator.js';
export { DEFAULT_PRESET, PRESET_NAMES, type PresetName, settingsOfPreset } from './amg/presets.js';
export { type GeneratorSettings, type PointGridLists, REFERENCE_SETTINGS } from './amg/settings.js';
export { SamError } from './errors.js';
export { type DecodeImageOptions, decodeImage, type ImageInput } from './image/decode-image.js';
export { overlayOf } from './image/overlay.js';
export {
  AutomaticMaskGenerator,
  type AutomaticMaskGeneratorOptions,
  type GenerateResult,
} from './library/automatic-mask-generator.js';
export { type Prediction, type PredictRequest, SamPredictor } from './library/sam-predictor.js';
export { type CocoRle, maskRunsFromCocoRle } from './mask/runs/coco-rle.js';
export {
  columnMajorFromMaskRuns,
  maskRunsFromColumnMajor,
  maskRunsFromRowMajor,
  rowMajorFromMaskRuns,
} from './mask/runs/dense-mask.js';
export { maskIou } from './mask/runs/mask-iou.js';
export type { MaskRuns } from './mask/runs/mask-runs.js';
export { catalogueEntries, DEFAULT_MODEL } from './model/catalogue/catalogue.js';
export type { CatalogueEntry } from './model/catalogue/entry.js';
export type { EmbeddingCacheOptions } from './model/runtime/embedding-cache.js';
export { type LoadModelOptions, loadModel, type SamModel } from './model/runtime/load-model.js';
export type { StageSeconds } from './sam/found-mask.js';
export type { MaskRecord } from './sam/mask-record.js';
export type { RgbImage } from './sam/rgb-image.js';
export type {
  DecodedBatch,
  DecodeOptions,
  EncodedImage,
  PromptBatch,
  SegmentationModel,
} from './sam/segmentation-model.js';
export { maskInputOf } from './segment/mask-input.js';
export type { ObjectPrompt } from './segment/object-prompt.js';
