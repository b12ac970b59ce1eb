// Runs every test, or those whose path contains one of the given words: `npm run test:unit -- mask cli`.
// (node --test takes folders only up to Node 20 and patterns only from Node 21.)
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
// by their sources: the build keeps what it once compiled, since a running test may need it
const tests = readdirSync(join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('build', 'test', file.replace(/\.ts$/, '.js')))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  // the longest first, so that it does not run alone at the end
  .sort((a, b) => Number(b.includes('goldens')) - Number(a.includes('goldens')) || (a < b ? -1 : 1));
if (tests.length === 0) throw new Error(`Expected tests in test/ but found none for ${words.join(' ') || 'all'}`);
// one file more at a time than there are cores (Node's default is one less): tests wait for processes and timers, too
const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
const processes = words.length === 0 ? groupedTests(tests) : tests;
const { status } = spawnSync(process.execPath, ['--test', concurrency, ...processes], { stdio: 'inherit', cwd: root });
process.exitCode = status ?? 1;

/**
 * A process takes a third of a second to start, which short tests do not: those of a folder share one. The tests of the folders that `alone`
 * names, and those that lie in no folder, start processes and threads or change the environment: each of their files keeps a process of its own.
 */
function groupedTests(files) {
  const alone = /^build\/test\/(cli|library|execute|storage|calibrate|report|queue|goldens)\/|^build\/test\/[^/]*$/;
  const folders = new Map();
  for (const file of files) {
    const key = alone.test(file.replaceAll('\\', '/')) ? file : dirname(file);
    folders.set(key, [...(folders.get(key) ?? []), file]);
  }
  const groups = join(root, 'build', 'test-groups');
  mkdirSync(groups, { recursive: true });
  return [...folders].map(([key, members]) => {
    if (members.length === 1) return members[0];
    const group = join(groups, `${key.replaceAll(/[\\/]/g, '-')}.test.js`);
    writeFileSync(group, members.map((file) => `import '${pathToFileURL(join(root, file)).href}';\n`).join(''));
    return group;
  });
}
