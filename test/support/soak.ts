import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileTree, recordTree } from './file-tree.js';
import { cliPath, runCli } from './run-cli.js';
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

/** Runs the command and kills it after so many images and a moment more. @returns whether it was killed before its end. */
function runAndKill(args: readonly string[], afterImages: number, moment: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, ...args, '--log-format', 'ndjson']);
    let done = 0;
    let isKilling = false;
    const kill = async () => {
      if (isKilling) return;
      isKilling = true;
      await sleep(moment);
      child.kill('SIGKILL');
    };
    if (afterImages === 0) void kill();
    child.stdout.resume();
    child.stderr.on('data', (chunk: Buffer) => {
      done += chunk.toString().split('"event":"image_done"').length - 1;
      if (done >= afterImages) void kill();
    });
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal === 'SIGKILL'));
  });
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
  const { folder, images, kills, format, recordsPerFile, seed, workers, say = () => {} } = options;
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
    ...COARSE,
  ];
  const argsTo = (out: string) => ['everything', photos, '--out', out, ...flags];

  const calm = join(folder, 'undisturbed');
  const first = await runCli(...argsTo(calm), '--quiet');
  if (first.exitCode !== 0) throw new Error(`the undisturbed run answered ${first.exitCode}: ${first.stderr}`);
  say(`undisturbed run over ${images} images ended`);

  const out = join(folder, 'disturbed');
  const doneAtKills: number[] = [];
  while (doneAtKills.length < kills) {
    const left = images - (await journalOf(out)).length;
    const killsLeft = kills - doneAtKills.length;
    // a third of the kills come while the command starts and plans
    const afterImages = random() < 1 / 3 ? 0 : 1 + Math.floor((random() * 1.6 * left) / (killsLeft + 1));
    const wasKilled = await runAndKill(argsTo(out), afterImages, random() * (afterImages === 0 ? 2500 : 900));
    const done = (await journalOf(out)).length;
    if (!wasKilled) throw new Error(`the run ended before kill ${doneAtKills.length + 1}, ${done} images done`);
    doneAtKills.push(done);
    say(`kill ${doneAtKills.length}: ${done} images done`);
  }
  const last = await runCli(...argsTo(out), '--quiet');
  if (last.exitCode !== 0) throw new Error(`the last run answered ${last.exitCode}: ${last.stderr}`);

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
  if (runFiles.join() !== '_run/journal.ndjson,_run/manifest,_run/summary')
    faults.push(`run files: ${runFiles.join(', ')}`);
  return faults;
}
