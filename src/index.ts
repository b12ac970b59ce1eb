/**
 * The library. For one image in the calling thread: a model and a generator or predictor. For programs that must stay responsive:
 * `runDataset` and `ThreadExecutor`, which work in threads of their own.
 *
 * @module
 */

export type { GenerateOptions } from './amg/generator.js';
export { DEFAULT_PRESET, PRESET_NAMES, type PresetName, settingsOfPreset } from './amg/presets.js';
export { type GeneratorSettings, type PointGridLists, REFERENCE_SETTINGS } from './amg/settings.js';
export type { PlannedImage } from './dataset/plan/planned-image.js';
export type { Shard } from './dataset/plan/shard.js';
export type { ResumePolicy } from './dataset/run-folder/run-folder.js';
export type { RunEvent, RunListener, RunSummary } from './dataset/scheduler/events.js';
export type { OutputFormat, OutputOptions } from './dataset/scheduler/output-formats.js';
export type { NamedResult, NewImage, Sink, SinkRun, Written } from './dataset/sinks/sink.js';
export type { ImageLimits } from './dataset/sources/image-reader.js';
export type { InputSelection } from './dataset/sources/input-images.js';
export type { OpenOptions, Source } from './dataset/sources/source.js';
export { EdgeDetector, type FoundEdges } from './edges/edge-detector.js';
export { EDGE_DEFAULTS, type EdgeSettings } from './edges/edge-settings.js';
export { ERROR_CODES, SamError, type SamErrorCode } from './errors.js';
export type { Parallelism } from './execute/default-parallelism.js';
export type { Executor, ExecutorInfo, ExecutorMaker, ImageAnswer, ImageTask, TaskOptions } from './execute/executor.js';
export type { EdgesJob, EverythingJob, Job, PromptsReference, SegmentJob, Words } from './execute/job.js';
export { ThreadExecutor, type ThreadExecutorOptions } from './execute/thread-executor.js';
export { maskRecordOf } from './formats/sa1b/write.js';
export { type DecodeImageOptions, decodeImage, type ImageInput } from './image/decode-image.js';
export type { GreyImage } from './image/encode-image.js';
export { overlayOf } from './image/overlay.js';
export {
  AutomaticMaskGenerator,
  type AutomaticMaskGeneratorOptions,
  type GenerateResult,
} from './library/automatic-mask-generator.js';
export {
  type EdgesJobOptions,
  type EverythingJobOptions,
  edgesJob,
  everythingJob,
  type JobOptions,
  type SegmentJobOptions,
  segmentJob,
} from './library/jobs.js';
export { type OutputFolder, type RunDatasetOptions, runDataset } from './library/run-dataset.js';
export { type Prediction, type PredictRequest, SamPredictor } from './library/sam-predictor.js';
export { type WordsForOptions, wordsFor } from './library/words.js';
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
export type { CatalogueEntry, ImageTextEntry, ImageTextReference, ModelReference } from './model/catalogue/entry.js';
export { ownModelEntry } from './model/catalogue/own-model.js';
export type { EmbeddingCacheOptions } from './model/runtime/embedding-cache.js';
export { type LoadModelOptions, loadModel, type SamModel } from './model/runtime/load-model.js';
export type { FoundMask, ImageResult, StageSeconds } from './sam/found-mask.js';
export type { ImagePrompts, PromptedObject, SkippedPrompt } from './sam/image-prompts.js';
export type { Label, MaskLabel } from './sam/mask-label.js';
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
export type { SegmentSettings } from './segment/segment-image.js';
export { FolderStorage } from './storage/folder-storage.js';
export { openStorage } from './storage/open-storage.js';
export type {
  AppendFile,
  ByteRange,
  FileData,
  LockHolder,
  LockOptions,
  Storage,
  StorageLock,
} from './storage/storage.js';
export { WORDS_DEFAULTS, type WordsRequest, type WordsSettings } from './words/words-request.js';
