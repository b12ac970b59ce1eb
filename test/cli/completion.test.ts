import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cliPath, runMain } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Runs the command in this process, and hears what the library prints by itself, too. */
async function runHeard({ mock }: TestContext, ...args: string[]) {
  const { mock: printed } = mock.method(console, 'log', () => {});
  const run = await runMain(...args);
  const lines = printed.calls.map((call) => String(call.arguments[0]));
  printed.restore();
  return { ...run, lines };
}

/** What a shell is told for the words behind `sam-cli`, and whether it may complete files. */
async function completed(context: TestContext, ...words: string[]) {
  const { exitCode, lines } = await runHeard(context, 'complete', '--', ...words);
  assert.equal(exitCode, 0);
  const directive = lines.pop();
  return { values: lines.map((line) => line.split('\t')[0]), files: directive === ':0' };
}

describe('sam-cli completion', () => {
  it('completes commands, flags and their values, and files elsewhere', async (context) => {
    assert.deepEqual(await completed(context, 'e'), {
      values: ['everything', 'edges', 'export', 'eval'],
      files: false,
    });
    assert.deepEqual(await completed(context, 'everything', '--out-f'), { values: ['--out-format'], files: false });
    const formats = await completed(context, 'everything', '--out-format', '');
    assert.ok(formats.values.includes('ndjson.gz') && !formats.files);
    assert.deepEqual(await completed(context, 'everything', 'pho'), { values: [], files: true });
    assert.deepEqual(await completed(context, 'compare', ''), { values: [], files: true });
  });

  it('prints a script for each shell', async (context) => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { exitCode, lines, stderr } = await runHeard(context, 'completion', shell);
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(lines.join('\n'), /sam-cli complete -- /, shell);
    }
    const { exitCode, stderr } = await runMain('completion', 'tcsh');
    assert.equal(exitCode, 2);
    assert.match(stderr, /Allowed choices are zsh, bash, fish, powershell/);
  });

  it('works in bash', { skip: spawnSync('bash', ['--version']).status !== 0 }, async (context) => {
    const folder = await temporaryFolder(context);
    await mkdir(join(folder, 'photos'));
    await writeFile(join(folder, 'sam-cli'), `#!/bin/sh\nexec "${process.execPath}" "${cliPath}" "$@"\n`, {
      mode: 0o755,
    });
    // what bash-completion would find out of a line that ends at the cursor
    const script = `
      _get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
      compopt() { :; }
      source <(sam-cli completion bash)
      complete -p sam-cli
      COMP_WORDS=(sam-cli everything --out-f); COMP_CWORD=2; __sam_cli_complete; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr, status } = spawnSync('bash', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, 'complete -o default -F __sam_cli_complete sam-cli\n--out-format\n', stderr);
  });
});
