import { settingsOfPreset } from '../amg/presets.js';
import { REFERENCE_SETTINGS } from '../amg/settings.js';
import { RunRecords } from '../dataset/run-reader/run-records.js';
import type { DatasetRun } from '../dataset/scheduler/dataset-run.js';
import { runDataset } from '../dataset/scheduler/run.js';
import { SamError } from '../errors.js';
import { readTruth } from '../evaluate/coco/read-truth.js';
import { inThreads } from '../evaluate/threads/in-threads.js';
import type { Parallelism } from '../execute/default-parallelism.js';
import { inWorkerThreads } from '../execute/thread-executor.js';
import { catalogueEntryNamed } from '../model/catalogue/catalogue.js';
import { checkFolder } from '../storage/check-folder.js';
import { type CalibrationReport, type Judged, reportOf } from './calibration-report.js';
import {
  type CandidateJobOptions,
  candidateJobOf,
  candidatesFolderOf,
  candidatesOutputOf,
  removeOldCandidates,
} from './candidates.js';
import type { CurvesTask, ImageCurves } from './image-curves.js';
import { ruleOf, triedRules } from './selection-rule.js';
import { Tally } from './tally.js';
import { TruthImages } from './truth-images.js';

/** Options of {@link calibrate}. */
export interface CalibrateOptions extends CandidateJobOptions, Pick<DatasetRun, 'command' | 'signal' | 'onEvent'> {
  /** Worker threads. @default what fits the machine and the number of images */
  readonly parallelism?: Partial<Parallelism>;
  /** Folder that is searched for images. */
  readonly data: string;
  /** COCO file of what people drew in them. */
  readonly gt: string;
  /** Masks that an image should have, in the mean, at most. */
  readonly masksPerImage: number;
  /** Where what the model proposes is kept. @default a folder of this machine's cache, its own for each model and data */
  readonly candidates?: string;
  /** Ask the model again. @default false */
  readonly overwrite?: boolean;
  /** Told how many images all settings were tried on. */
  readonly onSweep?: (images: number, total: number) => void;
}

const WORKER = new URL('./calibrate-worker.js', import.meta.url);

/**
 * Finds the settings with which a model finds most of what people drew, at a wanted number of masks.
 *
 * The model is asked once about each image, in a run that goes on where it was when started again; settings are then tried on what it
 * proposed. The result does not depend on the number of threads.
 *
 * Candidates of the cache that no calibration used for 30 days are removed.
 *
 * @returns undefined when the signal ended it; what the model proposed so far is kept.
 * @throws SamError `bad-usage` for images or a ground truth that are not there or do not fit, `bad-prompt` for a damaged ground truth;
 *   `bad-model`, `run-in-use`, `changed-run`, `unwritable-output` as `runDataset`.
 */
export async function calibrate(options: CalibrateOptions): Promise<CalibrationReport | undefined> {
  const { data, gt, overwrite = false, parallelism = {}, command, signal, onEvent } = options;
  await checkFolder(data, '--data');
  const job = candidateJobOf(jobOptionsOf(options));
  const folder = options.candidates ?? candidatesFolderOf(job, data, gt);
  const images = new TruthImages(data, await readTruth(gt), gt);
  const removed = await removeOldCandidates(folder);
  if (removed !== undefined) onEvent?.({ event: 'notice', message: removed });
  const summary = await runDataset({
    job,
    source: images,
    ...candidatesOutputOf(folder, overwrite),
    executor: inWorkerThreads(parallelism),
    ...(command && { command }),
    ...(signal && { signal }),
    ...(onEvent && { onEvent }),
  });
  if (summary.interrupted) return undefined;
  if (summary.failures === images.truthOf.size) {
    throw new SamError('bad-usage', `Expected images in ${data} but none of them could be used`);
  }
  const judged = await judge(options, folder, images);
  return (
    judged &&
    reportOf(judged, {
      data,
      gt,
      candidates: folder,
      failures: summary.failures,
      most_masks_per_image: options.masksPerImage,
      points_per_side: options.pointsPerSide,
    })
  );
}

/** Only what belongs to the job: it is part of the run's identity. */
function jobOptionsOf({ model, device, embeddings, pointsPerSide }: CalibrateOptions): CandidateJobOptions {
  return { model, pointsPerSide, ...(device && { device }), ...(embeddings && { embeddings }) };
}

/** Tries all rules on all images. */
async function judge(
  { model, parallelism, signal, onSweep }: CalibrateOptions,
  folder: string,
  { truthOf }: TruthImages,
): Promise<Judged | undefined> {
  const records = await RunRecords.open(folder, '--candidates');
  const names = [...truthOf.keys()].filter((name) => records.has(name)).sort();
  const { calibratedSettings } = catalogueEntryNamed(model);
  const isCalibrated = Object.keys(calibratedSettings).length > 0;
  const fixed = [ruleOf(REFERENCE_SETTINGS), ruleOf(settingsOfPreset('default', calibratedSettings))];
  const tried = triedRules();
  // those of the fixed settings last, so that their place is known
  const all = [...tried, ...fixed];
  const tallies = { all: new Tally(all), halves: [new Tally(all), new Tally(all)] as const };
  const tasks = names.map((name) => async (): Promise<CurvesTask> => {
    const truth = truthOf.get(name);
    if (!truth) throw new Error(`Expected a ground truth for ${name}`);
    return { truth, record: await records.textOf(name), tried: all };
  });
  const threads = parallelism?.workers === undefined ? {} : { threads: parallelism.workers };
  let done = 0;
  onSweep?.(0, names.length);
  for await (const curves of inThreads<CurvesTask, ImageCurves>(WORKER, tasks, threads)) {
    if (signal?.aborted) return undefined;
    tallies.all.add(curves);
    tallies.halves[done % 2].add(curves);
    onSweep?.(++done, names.length);
  }
  return { ...tallies, tried, isCalibrated };
}
