import type { EmbeddingCacheOptions } from '../model/embedding-cache.js';
import type { Parallelism } from '../pool/default-parallelism.js';
import type { RunListener } from './events.js';
import type { ImageJob } from './job.js';
import type { PictureLimits } from './picture-reader.js';
import type { ResumePolicy } from './run-folder/run-folder.js';
import type { Shard } from './shard.js';
import type { OutputOptions } from './sinks/sink.js';
import type { InputSelection } from './sources/input-images.js';

/** What a run (see `runDataset`) needs to know. */
export interface DatasetRun {
  /** What to make of each picture. */
  readonly job: ImageJob;
  readonly selection: InputSelection;
  readonly output: OutputOptions;
  /** Folder of the pictures with their masks drawn; none are drawn when absent. */
  readonly overlayFolder?: string;
  /** A name of the catalogue. */
  readonly model: string;
  /** What the user fixed of it. */
  readonly parallelism?: Partial<Parallelism>;
  /** Where image embeddings are kept. @default nowhere */
  readonly embeddings?: EmbeddingCacheOptions;
  readonly limits?: PictureLimits;
  /** Failures after which the run stops. @default never */
  readonly maxFailures?: number;
  readonly shard: Shard;
  readonly resume?: ResumePolicy;
  /** The command as the user gave it, for the manifest. */
  readonly command: readonly string[];
  /** Once aborted, no picture is begun; those in flight are finished and written. */
  readonly signal?: AbortSignal;
  readonly onEvent: RunListener;
}
