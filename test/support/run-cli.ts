import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.js';

/** What a run of the command printed and answered. */
export interface CliRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Path of the command for a process of its own. It runs the build of the tests. */
export const cliPath = fileURLToPath(new URL('./sam-cli.js', import.meta.url));

/** Runs the command as a user would, in a process of its own: for tests of what the process does. */
export function runCli(...args: string[]): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs the command in this process, which starts none and loads no module again. */
export async function runMain(...args: string[]): Promise<CliRun> {
  let stdout = '';
  let stderr = '';
  const exitCode = await main(['node', 'sam-cli', ...args], {
    stdin: Readable.from([]),
    stdout: {
      write(text) {
        stdout += text;
      },
    },
    stderr: {
      write(text) {
        stderr += text;
      },
    },
  });
  return { exitCode, stdout, stderr };
}
