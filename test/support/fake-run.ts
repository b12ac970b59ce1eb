import { WHOLE } from '../../src/dataset/plan/shard.js';
import type { DatasetRun } from '../../src/dataset/scheduler/dataset-run.js';
import type { RunEvent, RunSummary } from '../../src/dataset/scheduler/events.js';
import type { ImageJob } from '../../src/dataset/scheduler/job.js';
import { runDataset } from '../../src/dataset/scheduler/run.js';
import { cocoRleFromMaskRuns } from '../../src/mask/runs/coco-rle.js';
import { emptyMaskRuns } from '../../src/mask/runs/mask-runs.js';
import { DEFAULT_MODEL } from '../../src/model/catalogue/catalogue.js';

/** A job that asks no model: one record that holds the image's first pixel. */
export function fakeJob(settings: Readonly<Record<string, unknown>> = {}): ImageJob {
  return {
    name: 'fake',
    settings,
    run: async ({ image: { data, width, height } }) => ({
      records: [
        {
          id: 1,
          segmentation: cocoRleFromMaskRuns(emptyMaskRuns(width, height)),
          area: data[0],
          bbox: [0, 0, width - 1, height - 1],
          predicted_iou: 1,
          stability_score: 1,
          point_coords: [[0, 0]],
          crop_box: [0, 0, width, height],
        },
      ],
      timings: { encode: 0, decode: 0, select: 0, finish: 0 },
    }),
  };
}

/** What a run told and answered. */
export interface FakeRun {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
}

/** What may differ from a whole run of the fake job, one JSON file an image. */
export type FakeRunOptions = Partial<Omit<DatasetRun, 'output'>> & { readonly output?: Partial<DatasetRun['output']> };

/** Runs a job of our own over a dataset, in this process. */
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
    model: DEFAULT_MODEL,
    parallelism: { workers: 1, threads: 1 },
    shard: WHOLE,
    command: ['test'],
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { summary, events };
}
