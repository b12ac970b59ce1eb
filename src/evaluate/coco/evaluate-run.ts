import { RunRecords } from '../../dataset/run-reader/run-records.js';
import { SamError } from '../../errors.js';
import type { GroundTruth } from '../../formats/coco/read-ground-truth.js';
import { ImageIndex } from '../../formats/image-names.js';
import { inThreads, type ThreadOptions } from '../threads/in-threads.js';
import { type EvaluationReport, evaluationReportOf } from './evaluation-report.js';
import type { EvaluationTask, ImageEvaluation, ScoreName } from './image-evaluation.js';
import { readTruth } from './read-truth.js';

/** Options of {@link evaluateRun}. */
export interface EvaluateOptions extends ThreadOptions {
  /** Output folder of a run, or a folder of SA-1B files. */
  readonly run: string;
  /** COCO file with segmentations of the same images. */
  readonly gt: string;
  /** What ranks the masks of an image. */
  readonly score: ScoreName;
}

const WORKER = new URL('./eval-worker.js', import.meta.url);

/**
 * What the masks of a run are worth against what people drew, as COCOeval of pycocotools counts. Images are the same when their
 * `file_name` is, or one of the two names ends with the other.
 *
 * @throws SamError `bad-usage` for a folder without records, a file that is not there or has no image of the run; `bad-prompt` for a
 *   file that is no COCO file, `bad-run-folder` for a damaged record.
 */
export async function evaluateRun({ run, gt, score, ...threads }: EvaluateOptions): Promise<EvaluationReport> {
  const [records, truth] = await Promise.all([RunRecords.open(run, 'RUN'), readTruth(gt)]);
  const { imageOf, strangers } = imagesByTruth(records, truth);
  if (imageOf.size === 0) {
    const example = `${records.images[0]} in ${run}, ${truth.images[0]?.fileName ?? 'no image'} in ${gt}`;
    throw new SamError('bad-usage', `Expected images of the run in --gt but found none (such as ${example})`);
  }
  const tasks = truth.images.map((image) => async (): Promise<EvaluationTask> => {
    const name = imageOf.get(image.fileName);
    const record = name === undefined ? undefined : await records.textOf(name);
    return { truth: image, score, categoryIds: truth.categoryIds, ...(record && { record }) };
  });
  const images: ImageEvaluation[] = [];
  for await (const image of inThreads<EvaluationTask, ImageEvaluation>(WORKER, tasks, threads)) images.push(image);
  return evaluationReportOf(images, {
    run,
    gt,
    score,
    images_without_record: truth.images.map(({ fileName }) => fileName).filter((name) => !imageOf.has(name)),
    images_without_gt: strangers,
    categoryIds: truth.categoryIds,
  });
}

/** The run's image of each image of the ground truth. */
function imagesByTruth(records: RunRecords, truth: GroundTruth) {
  const index = new ImageIndex<string>();
  for (const { fileName } of truth.images) index.add(fileName, fileName);
  const imageOf = new Map<string, string>();
  let strangers = 0;
  for (const image of records.images) {
    const name = index.find(image);
    if (name === undefined) strangers++;
    else imageOf.set(name, image);
  }
  return { imageOf, strangers };
}
