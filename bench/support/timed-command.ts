import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cliPath } from '../../test/support/run-cli.js';

/** Runs a program to its end. @returns its seconds, and what it said on standard error. */
export async function timed(
  args: readonly string[],
  program = cliPath,
): Promise<{ readonly seconds: number; readonly said: string }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} answered ${code}: ${said}`);
  return { seconds: (performance.now() - startedAt) / 1000, said };
}

/** Prints a line of results. */
export function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}
