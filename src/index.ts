/**
 * The library: load a model, make a generator, get typed records.
 *
 * @module
 */

export type { GenerateOptions, GenerateResult, GenerateTimings } from './amg/generator.js';
export type { CocoRle, MaskRecord } from './amg/mask-record.js';
export { DEFAULT_PRESET, PRESET_NAMES, type PresetName, settingsOfPreset } from './amg/presets.js';
export type {
  DecodedBatch,
  DecodeOptions,
  EncodedImage,
  PromptBatch,
  RgbImage,
  SegmentationModel,
} from './amg/segmentation-model.js';
export { type GeneratorSettings, type PointGridLists, REFERENCE_SETTINGS } from './amg/settings.js';
export { AutomaticMaskGenerator, type AutomaticMaskGeneratorOptions } from './automatic-mask-generator.js';
export { SamError } from './errors.js';
export { maskRunsFromCocoRle } from './mask/coco-rle.js';
export { columnMajorFromMaskRuns, rowMajorFromMaskRuns } from './mask/dense-mask.js';
export type { MaskRuns } from './mask/mask-runs.js';
export { type CatalogueEntry, catalogueEntries, DEFAULT_MODEL } from './model/catalogue.js';
export { type DecodePictureOptions, decodePicture, type PictureInput } from './model/decode-picture.js';
export type { EmbeddingCacheOptions } from './model/embedding-cache.js';
export { type LoadModelOptions, loadModel, type SamModel } from './model/load-model.js';
export { overlayOf } from './overlay/overlay.js';
export { maskInputOf } from './predict/mask-input.js';
export type { ObjectPrompt } from './predict/object-prompt.js';
export { type Prediction, type PredictRequest, SamPredictor } from './sam-predictor.js';
