/**
 * The decoder as shipped against the compiled one, in one run, each at its best arrangement of the cores.
 *
 * As shipped: the default model's decoder file untouched, one point a run, its mask resized in the graph to a photograph of
 * 1800 x 1200. Compiled: `decode` as the generator calls it, three masks a point, put in columns. Both about the same image
 * embedding (fixtures/images/coffee.png, 3:2 as well).
 *
 * The arrangements take turns, round after round, so that whatever else the machine does meets all of them.
 */
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { compileDecoder } from '../src/model/compile/compile-decoder.js';
import { compiledDecoder } from '../src/model/runtime/compiled-decoder.js';
import { placedImage } from '../src/model/runtime/decoder.js';
import type { Embedding } from '../src/sam/embedding.js';
import { SAM1_GEOMETRY } from '../src/sam/geometry.js';
import { decoderBytes, embeddingOf } from './decoder-inputs.js';

type Candidate = 'as shipped' | 'compiled';

interface Setup {
  readonly candidate: Candidate;
  readonly threads: number;
  readonly embedding: Embedding;
}

const PHOTO = placedImage(SAM1_GEOMETRY, 1800, 1200);
const ROUNDS = 21;
const POINTS_PER_ROUND = 12;
/** Milliseconds between two teams. */
const PAUSE = 300;

/** Milliseconds a point of every arrangement, and the ratio of the best. */
export async function run(): Promise<void> {
  const { embedding } = await embeddingOf('coffee.png');
  const cores = availableParallelism();
  const arrangements = cores > 1 ? [[1, cores] as const, [cores, 1] as const] : [[1, 1] as const];
  const teams = await Promise.all(
    (['as shipped', 'compiled'] as const).flatMap((candidate) =>
      arrangements.map(async ([sessions, threads]) => ({
        candidate,
        name: `${candidate}, ${sessions} session${sessions > 1 ? 's' : ''} of ${threads} thread${threads > 1 ? 's' : ''}`,
        workers: await Promise.all(
          Array.from({ length: sessions }, () => startWorker({ candidate, threads, embedding })),
        ),
        times: [] as number[],
      })),
    ),
  );
  for (let round = 0; round <= ROUNDS; round++) {
    for (const team of teams) {
      // threads of the team before spin on for a while after their last run, on cores that this one needs
      await setTimeout(PAUSE);
      const start = performance.now();
      await Promise.all(team.workers.map((worker) => ask(worker, POINTS_PER_ROUND / team.workers.length)));
      // the first round warms up
      if (round > 0) team.times.push((performance.now() - start) / POINTS_PER_ROUND);
    }
  }
  for (const team of teams) {
    await Promise.all(team.workers.map((worker) => worker.terminate()));
    team.times.sort((a, b) => a - b);
    line(team.name, `${median(team.times).toFixed(2)} ms a point (median), ${team.times[0].toFixed(2)} (best round)`);
  }
  const best = (candidate: Candidate, of: (times: number[]) => number) =>
    Math.min(...teams.filter((team) => team.candidate === candidate).map((team) => of(team.times)));
  const ratio = (of: (times: number[]) => number) => (best('as shipped', of) / best('compiled', of)).toFixed(2);
  line('as shipped / compiled', `${ratio(median)} (medians), ${ratio((times) => times[0])} (best rounds)`);
}

function line(what: string, value: string): void {
  process.stdout.write(`  ${what.padEnd(40)} ${value}\n`);
}

function median(sorted: number[]): number {
  return sorted[sorted.length >> 1];
}

function startWorker(setup: Setup): Promise<Worker> {
  const worker = new Worker(new URL(import.meta.url), { workerData: setup });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });
}

function ask(worker: Worker, points: number): Promise<void> {
  return new Promise((resolve) => {
    worker.once('message', () => resolve());
    worker.postMessage(points);
  });
}

/** What one worker does for one point after another. */
async function candidateOf({ candidate, threads, embedding }: Setup): Promise<(points: number) => Promise<void>> {
  const bytes = await decoderBytes();
  if (candidate === 'as shipped') {
    const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: threads });
    const still = {
      image_embeddings: new ort.Tensor('float32', embedding[0].data, [1, 256, 64, 64]),
      point_labels: new ort.Tensor('float32', [1, -1], [1, 2]),
      mask_input: new ort.Tensor('float32', new Float32Array(256 * 256), [1, 1, 256, 256]),
      has_mask_input: new ort.Tensor('float32', [0], [1]),
      orig_im_size: new ort.Tensor('float32', [PHOTO.height, PHOTO.width], [2]),
    };
    return async (points) => {
      for (const [x, y] of pointsOf(points)) {
        const scale = PHOTO.extent.width / PHOTO.width;
        const coords = new ort.Tensor('float32', [x * scale, y * scale, 0, 0], [1, 2, 2]);
        await session.run({ ...still, point_coords: coords });
      }
    };
  }
  const decoder = await compiledDecoder(compileDecoder(bytes), SAM1_GEOMETRY, { threads });
  const image = await decoder.forImage(embedding, PHOTO);
  return async (points) => {
    const coords = Float32Array.from(pointsOf(points).flat());
    await image.decode({ count: points, pointsPerPrompt: 1, coords, labels: new Float32Array(points).fill(1) });
  };
}

function pointsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, i) => [(PHOTO.width * (i + 0.5)) / count, PHOTO.height * (0.2 + 0.05 * i)]);
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const work = await candidateOf(workerData as Setup);
  port.on('message', async (points: number) => {
    await work(points);
    port.postMessage('done');
  });
  port.postMessage('ready');
}
