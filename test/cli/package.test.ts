import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot, packageVersion } from '../../src/package-root.js';
import { runMain } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);

/** Paths of this package that a text names. */
function pathsIn(text: string): string[] {
  return text.match(/\b(?:docs|schemas|scripts|fixtures|models|bench)\/[\w./-]*\w/g) ?? [];
}

const COMMANDS = [
  ...[
    'everything',
    'segment',
    'edges',
    'worker',
    'merge',
    'status',
    'export',
    'stats',
    'render',
    'view',
    'compare',
    'eval',
  ],
  ...['calibrate', 'doctor', 'bench', 'models list', 'models info', 'models pull', 'models verify', 'models remove'],
].map((words) => words.split(' '));
/** Of npm, of scripts in bench/, of kubectl and of Slurm. */
const OTHERS_FLAGS = [
  ...['--onnxruntime-node-install', '--ignore-scripts', '--no-save', '--rows', '--every', '--version'],
  ...['--from-literal', '--array', '--export'],
];

/** What people read: pages, and code for its comments. */
async function textFiles(): Promise<string[]> {
  const files = ['README.md', 'NOTICE', 'CHANGELOG.md'];
  for (const folder of ['docs', 'src', 'test', 'bench', 'fixtures', 'assembly', 'scripts']) {
    for (const file of await readdir(join(packageRoot, folder), { recursive: true }))
      if (/(?<!_pb)\.(md|ts|py)$/.test(file)) files.push(join(folder, file));
  }
  return files;
}

describe('the package', () => {
  const packed = new Set<string>();
  before(async () => {
    // no scripts: they would build
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: packageRoot });
    for (const { path } of JSON.parse(stdout)[0].files) packed.add(path);
  });

  it('has every file that a help text or a message names', async () => {
    const named = new Set<string>();
    for (const command of [[], ['everything'], ['segment'], ['merge'], ['status']]) {
      const { exitCode, stdout } = await runMain(...command, '--help');
      assert.equal(exitCode, 0);
      for (const path of pathsIn(stdout)) named.add(path);
    }
    assert.ok(named.size >= 3, [...named].join(' '));
    const src = join(packageRoot, 'src');
    for (const file of await readdir(src, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const text = await readFile(join(src, file), 'utf8');
      // strings, not comments
      for (const [string] of text.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, '').matchAll(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g)) {
        for (const path of pathsIn(string)) if (path.endsWith('.md')) named.add(path);
      }
    }
    assert.deepEqual(
      [...named].filter((path) => !packed.has(path)),
      [],
    );
  });

  it('has every page that its pages link to', async () => {
    const pages = [...packed].filter((path) => path.endsWith('.md'));
    assert.ok(pages.length > 5);
    for (const page of pages) {
      const text = await readFile(join(packageRoot, page), 'utf8');
      for (const [, link] of text.matchAll(/\]\(([^)#:]+\.md)\b/g)) {
        assert.ok(packed.has(join(page, '..', link)), `${page} links to ${link}`);
      }
    }
  });

  it('has scripts that name pages that there are', async () => {
    const scripts = join(packageRoot, 'scripts');
    for (const file of await readdir(scripts)) {
      for (const path of pathsIn(await readFile(join(scripts, file), 'utf8'))) {
        if (path.startsWith('docs/')) assert.ok(packed.has(path), `${file} names ${path}`);
      }
    }
  });

  it('names files that there are, in its pages and in its comments', async () => {
    const gone: string[] = [];
    for (const file of await textFiles()) {
      const text = await readFile(join(packageRoot, file), 'utf8');
      const said = file.endsWith('.ts') ? (text.match(/\/\*.*?\*\/|\/\/[^\n]*/gs) ?? []).join('\n') : text;
      assert.doesNotMatch(said, /@@/, file);
      for (const [path] of said.matchAll(
        /(?<![\w./-])(?:src|test|bench|fixtures|scripts|assembly|docs)\/[\w./-]*\w/g,
      )) {
        // NAME stands for any
        if (!path.includes('NAME') && !existsSync(join(packageRoot, path))) gone.push(`${file}: ${path}`);
      }
    }
    assert.deepEqual(gone, []);
  });

  it('has every flag that its pages name', async () => {
    const flags = new Set(OTHERS_FLAGS);
    for (const command of COMMANDS) {
      const { stdout } = await runMain(...command, '--help');
      for (const [flag] of stdout.matchAll(/--[a-z0-9][a-z0-9-]*/g)) flags.add(flag);
    }
    for (const page of ['README.md', ...(await readdir(join(packageRoot, 'docs'))).map((name) => join('docs', name))]) {
      if (!page.endsWith('.md')) continue;
      const text = await readFile(join(packageRoot, page), 'utf8');
      for (const [flag] of text.matchAll(/(?<![\w-])--[a-z0-9][a-z0-9-]*[a-z0-9](?![\w-])/g)) {
        assert.ok(flags.has(flag), `${page} names ${flag}`);
      }
    }
  });

  it('is tested from a build of its own, which removes nothing that another run may need', async () => {
    const { scripts } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'));
    const seen = new Set<string>();
    const follow = (name: string) => {
      seen.add(name);
      for (const [, next] of scripts[name].matchAll(/npm run ([\w:-]+)/g)) if (!seen.has(next)) follow(next);
    };
    follow('test');
    assert.ok(seen.has('build:test') && !seen.has('build'), [...seen].join(' '));
    for (const name of seen) assert.doesNotMatch(scripts[name], /\brm|dist/, name);
  });

  it('has a command that starts from wherever it is installed', async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(join(folder, 'bin'));
    await cp(join(packageRoot, 'bin', 'sam-cli.js'), join(folder, 'bin', 'sam-cli.js'));
    await cp(join(packageRoot, 'package.json'), join(folder, 'package.json'));
    // what `npm run build` makes of src
    await symlink(join(packageRoot, 'build', 'src'), join(folder, 'dist'));
    const command = join(folder, 'bin', 'sam-cli.js');
    assert.equal((await run(process.execPath, [command, '--version'])).stdout, `${packageVersion}\n`);
    const wrong = await run(process.execPath, [command, 'status']).catch((error) => error);
    assert.equal(wrong.code, 2);
  });
});
