import type { Executor, ExecutorMaker } from '../../execute/executor.js';
import type { Job } from '../../execute/job.js';
import type { ImageFormat } from '../../image/encode-image.js';
import type { Storage } from '../../storage/storage.js';
import type { Shard } from '../plan/shard.js';
import type { ResumePolicy } from '../run-folder/run-folder.js';
import type { Sink } from '../sinks/sink.js';
import type { ImageLimits } from '../sources/image-reader.js';
import type { InputSelection } from '../sources/input-images.js';
import type { Source } from '../sources/source.js';
import type { RunListener } from './events.js';
import type { OutputOptions } from './output-formats.js';

/**
 * What a run (see `runDataset`) needs to know. Images come from `selection` or `source`, results go to `output` or `sink`: one of
 * each pair is given.
 */
export interface DatasetRun {
  /** What to make of each image. */
  readonly job: Job;
  /** Files, folders, archives and URLs. */
  readonly selection?: InputSelection;
  /** Images from somewhere else. The run closes it. */
  readonly source?: Source;
  /** A folder and the format of the files in it. */
  readonly output?: OutputOptions;
  /** Another place for results. The run closes it. It needs `storage` beside it. */
  readonly sink?: Sink;
  /**
   * Where the run's own files are: what was asked for, what became of each image, and the lock that keeps two runs apart. A run always has
   * them, since they are what it goes on from; the sink may write there too. @default the folder of `output`
   */
  readonly storage?: Storage;
  /** Folder of the images with their masks drawn; none are drawn when absent. */
  readonly overlayFolder?: string;
  /** Of these images. @default 'jpg' */
  readonly overlayFormat?: ImageFormat;
  /**
   * What does the job. One that is made for the run is closed at its end; one that is given as such stays open, and must have been made
   * for the same job.
   */
  readonly executor: Executor | ExecutorMaker;
  readonly limits?: ImageLimits;
  /** Failures after which the run stops. @default never */
  readonly maxFailures?: number;
  /** @default the whole run */
  readonly shard?: Shard;
  readonly resume?: ResumePolicy;
  /** The command as the user gave it, for the manifest. @default none */
  readonly command?: readonly string[];
  /**
   * Once aborted, no image is begun; those in flight are finished and written. Aborted before the first image, the run ends at once:
   * while images are listed nothing was made, later all that was made stays.
   */
  readonly signal?: AbortSignal;
  /** Hears what happens. @default nobody */
  readonly onEvent?: RunListener;
}
