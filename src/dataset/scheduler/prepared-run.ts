import type { Executor } from '../../execute/executor.js';
import type { OutputNames } from '../plan/output-names.js';
import type { Plan } from '../plan/plan.js';
import type { RunFolder } from '../run-folder/run-folder.js';
import type { OverlayFolder } from '../sinks/overlay-folder.js';
import type { Sink } from '../sinks/sink.js';
import type { ImageReader } from '../sources/image-reader.js';
import type { ImagePrompter } from './image-prompter.js';
import type { RunOutput } from './run-output.js';

/** What a run works with once it is planned. */
export interface PreparedRun {
  readonly plan: Plan;
  /** Knows all names of the plan. */
  readonly names: OutputNames;
  readonly folder: RunFolder;
  readonly output: RunOutput;
  readonly sink: Sink;
  readonly overlays?: OverlayFolder;
  readonly reader: ImageReader;
  readonly prompter: ImagePrompter;
  readonly executor: Executor;
  /** Id of the plan's first image. */
  readonly firstImageId: number;
  /** Images that this start has to do. */
  readonly toDo: number;
}
