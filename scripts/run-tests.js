// Runs every compiled test, or those whose path contains one of the given words: `npm run test:unit -- mask cli`.
// (node --test takes folders only up to Node 20 and patterns only from Node 21.)
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const words = process.argv.slice(2);
const tests = readdirSync('build/test', { recursive: true })
  .filter((file) => file.endsWith('.test.js'))
  .map((file) => join('build', 'test', file))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (tests.length === 0) throw new Error(`Expected tests in build/test but found none for ${words.join(' ') || 'all'}`);
const { status } = spawnSync(process.execPath, ['--test', ...tests], { stdio: 'inherit' });
process.exitCode = status ?? 1;
