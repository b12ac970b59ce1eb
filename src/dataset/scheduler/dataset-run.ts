import type { Parallelism } from '../../execute/default-parallelism.js';
import type { EmbeddingCacheOptions } from '../../model/runtime/embedding-cache.js';
import type { Shard } from '../plan/shard.js';
import type { PromptSet } from '../prompts/prompt-set.js';
import type { ResumePolicy } from '../run-folder/run-folder.js';
import type { OutputOptions } from '../sinks/sinks.js';
import type { ImageLimits } from '../sources/image-reader.js';
import type { InputSelection } from '../sources/input-images.js';
import type { RunListener } from './events.js';
import type { ImageJob } from './job.js';

/** What a run (see `runDataset`) needs to know. */
export interface DatasetRun {
  /** What to make of each image. */
  readonly job: ImageJob;
  readonly selection: InputSelection;
  /** The job's prompts, for the sink. */
  readonly prompts?: PromptSet;
  readonly output: OutputOptions;
  /** Folder of the images with their masks drawn; none are drawn when absent. */
  readonly overlayFolder?: string;
  /** A name of the catalogue. */
  readonly model: string;
  /** What the user fixed of it. */
  readonly parallelism?: Partial<Parallelism>;
  /** Where image embeddings are kept. @default nowhere */
  readonly embeddings?: EmbeddingCacheOptions;
  readonly limits?: ImageLimits;
  /** Failures after which the run stops. @default never */
  readonly maxFailures?: number;
  readonly shard: Shard;
  readonly resume?: ResumePolicy;
  /** The command as the user gave it, for the manifest. */
  readonly command: readonly string[];
  /** Once aborted, no image is begun; those in flight are finished and written. */
  readonly signal?: AbortSignal;
  readonly onEvent: RunListener;
}
