/**
 * Every core for one image: the decoder's part of one image with one worker that has all cores against a worker a core, and three images
 * against their share of a folder that keeps all cores busy to its end.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { settingsOfPreset } from '../src/amg/presets.js';
import { ThreadExecutor } from '../src/execute/thread-executor.js';
import { decodeImage } from '../src/image/decode-image.js';
import { DEFAULT_MODEL } from '../src/model/catalogue/catalogue.js';
import type { RgbImage } from '../src/sam/rgb-image.js';
import { fixtureUrl } from '../test/support/fixture.js';

const ROUNDS = 3;
const settings = settingsOfPreset('reference', {});
const cores = availableParallelism();

/** Images in a folder that is long enough: a multiple of the workers, so that none is without an image of its own. */
const LONG = 2 * cores;

async function secondsOf(executor: ThreadExecutor, image: RgbImage, count: number) {
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, () => executor.answer({ image })));
  return { total: (performance.now() - startedAt) / 1000, decode: answers[0].seconds.decode };
}

function executorOf(workers: number, threads: number, images: number): ThreadExecutor {
  const job = { kind: 'everything', model: DEFAULT_MODEL, settings } as const;
  return new ThreadExecutor({ job, workers, threads, images });
}

/** Ratios of each round, and their median. */
export async function run(): Promise<void> {
  const image = await decodeImage(fileURLToPath(fixtureUrl('images/coffee.png')));
  const alone = executorOf(1, cores, 1);
  const shared = executorOf(cores, 1, 1);
  const folder = executorOf(cores, 1, LONG);
  for (const executor of [alone, shared, folder]) {
    await executor.ready();
    await secondsOf(executor, image, executor.concurrency);
  }
  const decode: number[] = [];
  const three: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [one, every] = [await secondsOf(alone, image, 1), await secondsOf(shared, image, 1)];
    const [few, many] = [await secondsOf(folder, image, cores + 1), await secondsOf(folder, image, LONG)];
    decode.push(every.decode / one.decode);
    three.push(few.total / (((cores + 1) * many.total) / LONG));
    process.stdout.write(
      `  round ${round + 1}: decoder ${one.decode.toFixed(2)} s with 1 worker x ${cores} threads, ${every.decode.toFixed(2)} s ` +
        `with ${cores} x 1: ${every.decode.toFixed(2)} / ${one.decode.toFixed(2)} = ${decode[round].toFixed(3)}; ` +
        `whole image ${one.total.toFixed(2)} and ${every.total.toFixed(2)} s; ` +
        `${cores + 1} images ${few.total.toFixed(2)} s, ${three[round].toFixed(3)} of their share of ${LONG}\n`,
    );
  }
  await Promise.all([alone, shared, folder].map((executor) => executor.close()));
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1].toFixed(3);
  process.stdout.write(`  medians: decoder ${median(decode)}, ${cores + 1} images ${median(three)}\n`);
}
