import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileTree, recordTree } from './file-tree.js';
import { cliPath } from './run-cli.js';
import { seededRandom } from './seeded-random.js';
import { COARSE, writeSmallImages } from './small-images.js';

/** What a soak test is to do. */
export interface SoakOptions {
  /** An empty folder. */
  readonly folder: string;
  readonly images: number;
  /** How often the process is killed with SIGKILL. */
  readonly kills: number;
  readonly format: string;
  readonly recordsPerFile: number;
  readonly seed: number;
  readonly workers: number;
  /** Flags that choose the model. @default those of the default model */
  readonly model?: readonly string[];
  readonly say?: (line: string) => void;
}

/** What it found; see {@link soak}. */
export interface SoakReport {
  readonly kills: number;
  /** Images done when each kill came. */
  readonly doneAtKills: readonly number[];
  readonly undisturbed: ReadonlyMap<string, string>;
  readonly disturbed: ReadonlyMap<string, string>;
  /** Ids in the journal of the disturbed run, in its order. */
  readonly journalIds: readonly number[];
  /** Run files of the disturbed run at its end. */
  readonly runFiles: readonly string[];
  /** Files of the disturbed run whose name is a temporary one. */
  readonly temporaryFiles: readonly string[];
}

/** How fast the machine is: kills come at moments of a run, not of a clock. */
interface Pace {
  /** Milliseconds from the start of the process until its first image is done. */
  readonly start: number;
  /** Milliseconds from one image to the next. */
  readonly image: number;
}

/** Starts the command and tells of each image that it has done. @returns how it ended. */
function run(args: readonly string[], onDone: (done: number, kill: () => void) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, ...args, '--log-format', 'ndjson']);
    const kill = () => void child.kill('SIGKILL');
    let said = '';
    let done = 0;
    onDone(0, kill);
    child.stdout.resume();
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
      const now = said.split('"event":"image_done"').length - 1;
      while (done < now) onDone(++done, kill);
    });
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve(signal ?? (exitCode === 0 ? 'ended' : `${exitCode}: ${said}`)));
  });
}

/** Runs the command to its end. @returns its pace. */
async function undisturbed(args: readonly string[]): Promise<Pace> {
  const startedAt = performance.now();
  const times: number[] = [];
  const end = await run(args, (done) => {
    if (done > 0) times.push(performance.now() - startedAt);
  });
  if (end !== 'ended') throw new Error(`a run that nobody disturbed answered ${end}`);
  const [first = 0, last = first] = [times[0], times.at(-1)];
  return { start: first, image: (last - first) / Math.max(1, times.length - 1) };
}

/** Runs the command and kills it after so many images and a moment more. @returns whether it was killed before its end. */
async function runAndKill(args: readonly string[], afterImages: number, moment: number): Promise<boolean> {
  const end = await run(args, async (done, kill) => {
    if (done !== afterImages) return;
    await sleep(moment);
    kill();
  });
  return end === 'SIGKILL';
}

async function journalOf(out: string): Promise<{ image_id: number; state: string }[]> {
  const text = await readFile(join(out, '_run', 'journal.ndjson'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/**
 * Runs over the same small images twice: once undisturbed, once killed with SIGKILL at random moments (while it starts, plans,
 * works and writes) and started again.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { folder, images, kills, format, recordsPerFile, seed, workers, model = [], say = () => {} } = options;
  const random = seededRandom(seed);
  const photos = join(folder, 'photos');
  await writeSmallImages(photos, images);
  const flags = [
    '--out-format',
    format,
    '--records-per-file',
    String(recordsPerFile),
    '--workers',
    String(workers),
    ...model,
    ...COARSE,
  ];
  const argsTo = (out: string) => ['everything', photos, '--out', out, ...flags];

  const calm = join(folder, 'undisturbed');
  const pace = await undisturbed(argsTo(calm));
  say(`undisturbed run over ${images} images ended`);

  const out = join(folder, 'disturbed');
  const doneAtKills: number[] = [];
  let startedOver = 0;
  while (doneAtKills.length < kills) {
    const left = images - (await journalOf(out)).length;
    const killsLeft = kills - doneAtKills.length;
    // a third of the kills come while the command starts and plans
    const isEarly = left < 2 || random() < 1 / 3;
    const afterImages = isEarly ? 0 : Math.min(left - 1, 1 + Math.floor((random() * 1.6 * left) / (killsLeft + 1)));
    const moment = random() * (isEarly ? pace.start : pace.image);
    const wasKilled = await runAndKill(argsTo(out), afterImages, moment);
    if (!wasKilled) {
      // it was faster than thought: nothing was shown, so all over again
      if (++startedOver > 20) throw new Error(`the run ended before kill ${doneAtKills.length + 1}, 20 times`);
      doneAtKills.length = 0;
      await rm(out, { recursive: true, force: true });
      continue;
    }
    const done = (await journalOf(out)).length;
    doneAtKills.push(done);
    say(`kill ${doneAtKills.length}: ${done} images done`);
  }
  await undisturbed(argsTo(out));

  const files = [...(await fileTree(out)).keys()];
  return {
    kills: doneAtKills.length,
    doneAtKills,
    undisturbed: await recordTree(calm),
    disturbed: await recordTree(out),
    journalIds: (await journalOf(out)).map((line) => line.image_id),
    runFiles: files.filter((name) => name.startsWith('_run/')),
    temporaryFiles: files.filter((name) => /tmp|~$|\.[0-9a-f]{12}$/.test(name)),
  };
}

/** What is wrong with the outcome; empty when every image has exactly one record, as in the undisturbed run. */
export function soakFaults(report: SoakReport, images: number): string[] {
  const faults: string[] = [];
  const { undisturbed, disturbed, journalIds, runFiles, temporaryFiles } = report;
  for (const name of new Set([...undisturbed.keys(), ...disturbed.keys()])) {
    if (undisturbed.get(name) !== disturbed.get(name)) faults.push(`${name} differs from the undisturbed run`);
  }
  const ids = new Set(journalIds);
  if (journalIds.length !== images || ids.size !== images) {
    faults.push(`${journalIds.length} lines about ${ids.size} images in the journal, expected ${images}`);
  }
  if (temporaryFiles.length > 0) faults.push(`temporary files: ${temporaryFiles.join(', ')}`);
  // only there with files of many records
  const usual = runFiles.filter((name) => name !== '_run/files.ndjson');
  if (usual.join() !== '_run/journal.ndjson,_run/manifest,_run/summary')
    faults.push(`run files: ${runFiles.join(', ')}`);
  return faults;
}
