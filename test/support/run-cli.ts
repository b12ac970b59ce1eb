import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a run of the command printed and answered. */
export interface CliRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Path of the command, as package.json's `bin` names it. It runs the build in dist/. */
export const cliPath = fileURLToPath(new URL('../../../bin/sam-cli.js', import.meta.url));

/** Runs the command as a user would, in a process of its own. */
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
