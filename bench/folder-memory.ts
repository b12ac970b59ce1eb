/** Peak memory of the command for a folder of 10 images and of 200 (Linux: read from /proc while it runs). */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliPath } from '../test/support/run-cli.js';
import { writeImages } from './support/photographs.js';

async function peakMegabytesOf(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let peak = 0;
  let isRunning = true;
  void ended.then(() => {
    isRunning = false;
  });
  while (isRunning) {
    // VmHWM is the process's own high-water mark, so that nothing is missed between two looks but the very end
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
    if (kilobytes) peak = Math.max(peak, Number(kilobytes) / 1024);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return peak;
}

export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sam-cli-bench-'));
  try {
    const peaks: number[] = [];
    for (const count of [10, 200]) {
      const photos = join(folder, `${count}`);
      await mkdir(photos);
      await writeImages(count, photos);
      const args = [cliPath, 'everything', photos, '--out', join(folder, 'out'), '--points-per-side', '4'];
      peaks.push(await peakMegabytesOf([...args, '--workers', '2', '--threads', '1']));
    }
    process.stdout.write(
      `  10 images ${peaks[0].toFixed(0)} MB, 200 images ${peaks[1].toFixed(0)} MB: ratio ${(peaks[1] / peaks[0]).toFixed(3)}\n`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
