import { SamError } from '../../errors.js';
import type { GroundTruth } from '../../formats/coco/read-ground-truth.js';
import { ImageIndex } from '../../formats/image-names.js';
import { greyImageOf } from '../../image/grey-levels.js';
import { checkFolder } from '../../storage/check-folder.js';
import { openStorage } from '../../storage/open-storage.js';
import type { Storage } from '../../storage/storage.js';
import { readTruth } from '../coco/read-truth.js';
import { inThreads, type ThreadOptions } from '../threads/in-threads.js';
import type { EdgeEvaluation, EdgeTask } from './edge-counts.js';
import { bestScoreOf, type EdgeScore, type EdgeScores, edgeScoresOf } from './edge-scores.js';

/** Options of {@link evaluateEdges}. */
export interface EvaluateEdgesOptions extends ThreadOptions {
  /** Folder of the edge maps: PNG files, called as the images are. */
  readonly edges: string;
  /** COCO file with segmentations of the same images; `annotator` tells those of several people apart. */
  readonly gt: string;
}

/** What edge maps are worth against what people drew. Names are those of the command's JSON. */
export interface EdgeReport extends EdgeScores {
  readonly edges: string;
  readonly gt: string;
  /** Images of the ground truth. */
  readonly images: number;
  /** Those without an edge map: nothing is found in them. */
  readonly images_without_edges: readonly string[];
  /** Edge maps of images that the ground truth does not have: they count for nothing. */
  readonly edges_without_gt: number;
  /** Segmentations: those of each person of each image counted. */
  readonly drawings: number;
  /** With the best threshold of each image. */
  readonly per_image: readonly ({ readonly image: string; readonly annotators: number } & EdgeScore)[];
}

const WORKER = new URL('./edges-worker.js', import.meta.url);
const EXTENSION = '.png';

/**
 * What edge maps are worth against what people drew, by the rules of the Berkeley benchmark (BSDS500).
 *
 * @throws SamError `bad-usage` for a folder without edge maps of the images, or one of another size; `bad-prompt` for a file that is no
 *   COCO file, `unreadable-image` for a damaged edge map.
 */
export async function evaluateEdges({ edges, gt, ...threads }: EvaluateEdgesOptions): Promise<EdgeReport> {
  await checkFolder(edges, 'RUN');
  const storage = openStorage(edges);
  const truth = await readTruth(gt);
  const { fileOf, strangers } = await filesByTruth(storage, truth);
  if (fileOf.size === 0) {
    const example = truth.images[0]?.fileName ?? 'no image';
    throw new SamError(
      'bad-usage',
      `Expected edge maps of the images of --gt (such as ${example}) but found none in ${edges}`,
    );
  }
  const tasks = truth.images.map((image) => async (): Promise<EdgeTask> => {
    const name = fileOf.get(image.fileName);
    const bytes = name === undefined ? undefined : await storage.read(name);
    if (name === undefined || !bytes) return { truth: image };
    const file = storage.locate(name);
    return { truth: image, edges: { map: await greyImageOf(bytes, file), file } };
  });
  const images: EdgeEvaluation[] = [];
  for await (const image of inThreads<EdgeTask, EdgeEvaluation>(WORKER, tasks, threads)) images.push(image);
  return {
    edges,
    gt,
    images: images.length,
    images_without_edges: truth.images.map(({ fileName }) => fileName).filter((name) => !fileOf.has(name)),
    edges_without_gt: strangers,
    drawings: images.reduce((sum, { annotators }) => sum + annotators, 0),
    ...edgeScoresOf(images),
    per_image: images.map((each) => ({ image: each.image, annotators: each.annotators, ...bestScoreOf(each) })),
  };
}

/** The edge map of each image of the ground truth: `a.png` or `a.jpg.png` of `a.jpg`. */
async function filesByTruth(storage: Storage, truth: GroundTruth) {
  const index = new ImageIndex<string>();
  const shortNames = truth.images.map(({ fileName }) => fileName.replace(/(?<=[^/])\.[^./]*$/, ''));
  for (const [i, { fileName }] of truth.images.entries()) {
    const short = shortNames[i];
    if (shortNames.indexOf(short) === i && shortNames.lastIndexOf(short) === i) index.add(short, fileName);
    index.add(fileName, fileName);
  }
  const fileOf = new Map<string, string>();
  let strangers = 0;
  for await (const file of storage.list('')) {
    if (!file.endsWith(EXTENSION)) continue;
    const image = index.find(file.slice(0, -EXTENSION.length));
    if (image === undefined) strangers++;
    else fileOf.set(image, file);
  }
  return { fileOf, strangers };
}
