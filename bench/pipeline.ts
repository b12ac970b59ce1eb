/** A folder of eight photographs with one worker and with two: time, how busy the cores are, and whether the main thread stays awake. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REFERENCE_SETTINGS } from '../src/amg/settings.js';
import { runDataset } from '../src/dataset/scheduler/run.js';
import { inWorkerThreads } from '../src/execute/thread-executor.js';
import { DEFAULT_MODEL } from '../src/model/catalogue/catalogue.js';
import { writeImages } from './support/photographs.js';

const IMAGES = 8;
/** Points a side: a quarter of the full grid's points keep the benchmark short; encoder and decoder share the time as 1 to 4. */
const POINTS_PER_SIDE = 16;
const TICK = 50;

interface Measured {
  readonly seconds: number;
  /** Share of the workers' cores in use from the first image begun until a worker first had none left. */
  readonly busy: number;
  /** Longest time between two ticks of a 50 ms timer, milliseconds. */
  readonly longestTick: number;
}

async function measure(folder: string, workers: number): Promise<Measured> {
  let startedAt = 0;
  let cpuAtStart = process.cpuUsage();
  let busy = 0;
  let begun = 0;
  let ended = 0;
  let longestTick = 0;
  let lastTick = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longestTick = Math.max(longestTick, now - lastTick);
    lastTick = now;
  }, TICK);
  const { seconds } = await runDataset({
    job: {
      kind: 'everything',
      model: DEFAULT_MODEL,
      settings: { ...REFERENCE_SETTINGS, pointsPerSide: POINTS_PER_SIDE },
    },
    selection: { inputs: [folder] },
    output: { folder: join(folder, 'out'), format: 'json', recordsPerFile: 1, copyImages: false },
    resume: { overwrite: true },
    executor: inWorkerThreads({ workers, threads: 1 }),
    onEvent(event) {
      if (event.event === 'image_started' && begun++ === 0) {
        startedAt = performance.now();
        cpuAtStart = process.cpuUsage();
      }
      if (event.event === 'image_done' && ++ended === IMAGES - workers + 1) {
        const { user, system } = process.cpuUsage(cpuAtStart);
        busy = (user + system) / 1000 / (performance.now() - startedAt) / workers;
      }
    },
  });
  clearInterval(timer);
  return { seconds, busy, longestTick };
}

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-bench-'));
  try {
    await mkdir(join(folder, 'photos'));
    await writeImages(IMAGES, join(folder, 'photos'));
    const one: Measured[] = [];
    const two: Measured[] = [];
    for (let round = 0; round < 2; round++) {
      one.push(await measure(join(folder, 'photos'), 1));
      two.push(await measure(join(folder, 'photos'), 2));
    }
    for (const [i, single] of one.entries()) {
      const double = two[i];
      process.stdout.write(
        `  round ${i + 1}: one worker ${single.seconds.toFixed(1)} s, two ${double.seconds.toFixed(1)} s: ` +
          `${(double.seconds / single.seconds).toFixed(2)} of the time; both cores ${(100 * double.busy).toFixed(0)}% busy; ` +
          `longest wait of a ${TICK} ms timer ${double.longestTick.toFixed(0)} ms\n`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
