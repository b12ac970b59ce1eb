import { REFERENCE_SETTINGS } from '../../src/amg/settings.js';
import type { DatasetRun } from '../../src/dataset/scheduler/dataset-run.js';
import type { RunEvent, RunSummary } from '../../src/dataset/scheduler/events.js';
import { runDataset } from '../../src/dataset/scheduler/run.js';
import type { EverythingJob } from '../../src/execute/job.js';
import { DEFAULT_MODEL } from '../../src/model/catalogue/catalogue.js';
import { ToyExecutor } from './toy-executor.js';

/** A job for an executor that does not look at it. */
export function fakeJob(settings: Partial<EverythingJob['settings']> = {}): EverythingJob {
  return { kind: 'everything', model: DEFAULT_MODEL, settings: { ...REFERENCE_SETTINGS, ...settings } };
}

/** What a run told and answered. */
export interface FakeRun {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
}

/** What may differ from a whole run of the fake job, one JSON file an image. */
export type FakeRunOptions = Partial<Omit<DatasetRun, 'output'>> & {
  readonly output?: Partial<NonNullable<DatasetRun['output']>>;
};

/** Runs over a dataset in this process, without a model: one record an image, see {@link ToyExecutor}. */
export async function runFake(
  inputs: readonly string[],
  folder: string,
  { output, selection, ...options }: FakeRunOptions = {},
): Promise<FakeRun> {
  const events: RunEvent[] = [];
  const summary = await runDataset({
    job: fakeJob(),
    selection: { inputs, ...selection },
    output: { format: 'json', recordsPerFile: 1000, copyImages: true, ...output, folder },
    executor: () => new ToyExecutor(),
    command: ['test'],
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { summary, events };
}
