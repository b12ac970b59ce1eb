import { createHash } from 'node:crypto';
import type { RunIdentity } from '../dataset/run-folder/manifest.js';
import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import type { OutputOptions } from '../dataset/scheduler/output-formats.js';
import type { Job } from '../execute/job.js';
import { runtimeInfo } from '../model/runtime/runtime-info.js';
import { packageVersion } from '../package-root.js';

/** Versions that decide numbers: workers that differ in one would mix their results. */
export interface Versions {
  readonly sam_cli: string;
  readonly onnxruntime: string;
}

/** Those of this installation. */
export function installedVersions(): Versions {
  return { sam_cli: packageVersion, onnxruntime: runtimeInfo().version };
}

/** Everything that a worker needs to know of a run, resolved: plain data that lies in Redis once, and that each job names by its hash. */
export interface QueuedRun {
  readonly versions: Versions;
  /** What is made of each image; paths in it are absolute. */
  readonly job: Job;
  /** What the results depend on, with the sums of the model's files: that of the run's manifest. */
  readonly identity: RunIdentity;
  /** When it was begun, as its manifest says: tells it from a run that was in the same place before. */
  readonly begunAt: string;
  /** Where results go, and how; the location is absolute. */
  readonly output: OutputOptions;
  readonly limits: NonNullable<DatasetRun['limits']>;
  /** What relative paths of images start from. */
  readonly folder: string;
}

/** What a run is called in the queue: the same as long as it goes on with the same results, whichever versions make them. */
export function runIdOf({ identity, begunAt, output }: QueuedRun): string {
  const parts = { identity, begunAt, output: output.folder };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
