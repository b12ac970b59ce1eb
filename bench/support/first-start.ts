import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cliPath } from '../../test/support/run-cli.js';
import { COARSE } from '../../test/support/small-images.js';

/** How a run began. */
export interface Start {
  /** Seconds from the start of the process until its first image is in a worker. */
  readonly seconds: number;
  /** Largest resident memory of the process by then, megabytes. */
  readonly megabytes: number;
}

/** Starts `everything`, waits until its first image is begun, and kills it. */
export function firstStart(args: readonly string[]): Promise<Start> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [cliPath, 'everything', ...args, ...COARSE, '--log-format', 'ndjson']);
    let log = '';
    let start: Promise<Start> | undefined;
    child.stderr.on('data', (chunk) => {
      log += chunk;
      if (start || !log.includes('"event":"image_started"')) return;
      const seconds = (performance.now() - startedAt) / 1000;
      start = readFile(`/proc/${child.pid}/status`, 'utf8').then((status) => {
        child.kill('SIGKILL');
        return { seconds, megabytes: Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]) / 1024 };
      });
    });
    child.on('error', reject);
    child.on('close', () => (start ? start.then(resolve, reject) : reject(new Error(log))));
  });
}
