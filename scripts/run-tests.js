// Runs every test, or those whose path contains one of the given words: `npm run test:unit -- mask cli`.
// (node --test takes folders only up to Node 20 and patterns only from Node 21.)
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Folders whose tests change the environment, count on what goes on in their process, or keep many threads, and have a process each... */
const ALONE = /^(calibrate|cli|execute|goldens|library|queue|report|storage)\//;
/** ...but for these. */
const PLAIN = Object.entries({
  cli: 'calibration-in-words compare device doctor edges estimates export hostile merge progress-line render reporters segment settings shown tar-round-trip view',
  execute: 'crop-helpers default-parallelism',
  report: 'mask-table masks script-text',
  storage: 'cache-folder check-folder folder-storage write-atomic write-named-file',
}).flatMap(([folder, names]) => names.split(' ').map((name) => `${folder}/${name}`));
/** Folders that take long enough for a process of their own. */
const LONG = /^(cli|dataset|mask\/\w+|model\/\w+|segment)\//;
/** What takes longest comes first, so that it does not run alone at the end. */
const LONGEST = /^goldens\//;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
// by their sources: the build keeps what it once compiled, since a running test may need it
const tests = readdirSync(join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('build', 'test', file.replace(/\.ts$/, '.js')))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (tests.length === 0) throw new Error(`Expected tests in test/ but found none for ${words.join(' ') || 'all'}`);
// one file more at a time than there are cores (Node's default is one less): tests wait for processes and timers, too
const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
const processes = words.length === 0 ? groupedTests(tests) : tests;
const { status } = spawnSync(process.execPath, ['--test', concurrency, ...processes], { stdio: 'inherit', cwd: root });
process.exitCode = status ?? 1;

/** A process takes a third of a second to start, which most tests do not: those of a long folder share one, and all short ones do. */
function groupedTests(files) {
  const folders = new Map();
  for (const file of files) {
    const path = relative(join('build', 'test'), file).replaceAll('\\', '/');
    const isAlone = ALONE.test(path) && !PLAIN.includes(path.replace('.test.js', ''));
    const key = isAlone ? path : (LONG.exec(path)?.[1] ?? 'short');
    folders.set(key, [...(folders.get(key) ?? []), file]);
  }
  const groups = join(root, 'build', 'test-groups');
  mkdirSync(groups, { recursive: true });
  return [...folders].map(([key, members]) => {
    const isFirst = LONGEST.test(key);
    if (members.length === 1 && !isFirst) return members[0];
    // node --test goes by the names, capitals before small letters, and these files' are absolute
    const group = join(groups, `${isFirst ? 'FIRST-' : ''}${key.replace('.test.js', '').replaceAll('/', '-')}.test.js`);
    writeFileSync(group, members.map((file) => `import '${pathToFileURL(join(root, file)).href}';\n`).join(''));
    return group;
  });
}
