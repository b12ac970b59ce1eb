// Runs commands at the same time, each with a core of its own to use, and prints what each said when it has ended. Fails when one does:
//   node scripts/side-by-side.js "biome check ." "npm run structure"
import { spawn } from 'node:child_process';

// what looks at its output to choose colours sees a pipe here
const env = { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) };

/** @returns the exit code of a command. */
function ended(command) {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
    child.on('close', (exitCode) => {
      process.stdout.write(Buffer.concat(said));
      if (exitCode !== 0) process.stdout.write(`${command}: ended with ${exitCode}\n`);
      resolve(exitCode ?? 1);
    });
  });
}

const exitCodes = await Promise.all(process.argv.slice(2).map(ended));
process.exitCode = Math.max(0, ...exitCodes);
