import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.js';
import { COARSE, smallImage, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Terminal } from '../support/terminal.js';

/** Runs the command on a terminal. @returns its exit code and every last row that was seen, once. */
async function runOn(terminal: Terminal, ...args: string[]): Promise<{ exitCode: number; seen: Set<string> }> {
  const seen = new Set<string>();
  terminal.onWritten = () => {
    assert.ok(terminal.screen.every((line) => line.length <= terminal.columns && !/[{}]/.test(line)));
    seen.add(terminal.screen.at(-1) ?? '');
  };
  const exitCode = await main(['node', 'sam-cli', ...args], { stdin: Readable.from([]), stderr: terminal });
  return { exitCode, seen };
}

describe('a run on a terminal', () => {
  it('shows what it does, crop by crop, and leaves a summary', async (context) => {
    const root = await temporaryFolder(context);
    const photo = join(root, 'photo.png');
    await writeFile(photo, await smallImage(1));
    const terminal = new Terminal(120);
    // enough to ask of each crop that the bar, which is drawn some times a second, shows it
    const crops = ['--crop-n-layers', '1', '--points-per-side', '16', '--points-per-batch', '1'];
    const flags = [...COARSE, ...crops, '--workers', '1', '--threads', '1', ...SMALL_MODEL];
    const { exitCode, seen } = await runOn(terminal, 'everything', photo, '-o', join(root, 'out'), ...flags);
    assert.equal(exitCode, 0, terminal.screen.join('\n'));
    const lines = [...seen];
    assert.equal(lines[0], 'Looking for images...');
    const loading = lines.indexOf('Loading the model...');
    assert.ok(loading > 0 && loading < lines.findIndex((line) => line.includes('0/1 image |')), lines.join('\n'));
    for (const crop of [1, 2, 3, 4, 5]) {
      assert.ok(
        lines.some((line) => line.endsWith(`crop ${crop} of 5`)),
        `crop ${crop} in ${lines.join('\n')}`,
      );
    }
    // a single image: the bar moves within it
    const bars = new Set(lines.map((line) => /^=+/.exec(line)?.[0].length ?? 0));
    assert.ok(bars.size >= 5, lines.join('\n'));
    assert.ok(
      lines.some((line) =>
        /0\/1 image \| 0 masks \| [\d.]+ (images\/min|s\/image) \| \d:\d\d elapsed \| \d:\d\d left/.test(line),
      ),
      lines.join('\n'),
    );
    const [first, done, results, ...rest] = terminal.screen;
    assert.match(first, /^1 image, \d+ workers? x \d+ threads?$/);
    assert.match(done, /^Done: 1 image, \d+ masks? in \d:\d\d \([\d.]+ (images\/min|s\/image)\)$/);
    assert.equal(results, `Results: ${join(root, 'out')}`);
    assert.match(rest.join('\n'), /^Asked: \d+ prompts, \d+ an image\.$/);
  });

  it('leaves only the message of an error', async (context) => {
    const root = await temporaryFolder(context);
    const terminal = new Terminal(200);
    const { exitCode, seen } = await runOn(terminal, 'everything', join(root, 'gone.jpg'), '-o', join(root, 'out'));
    assert.equal(exitCode, 2);
    assert.ok(seen.has('Looking for images...'));
    assert.match(
      terminal.screen.join('\n'),
      /^sam-cli: Expected an image or a folder but could not open .*gone\.jpg: ENOENT.*$/,
    );
    assert.equal(terminal.screen.length, 1);
  });

  it('leaves no bar when Ctrl-C comes twice', async (context) => {
    const root = await temporaryFolder(context);
    await mkdir(join(root, 'photos'));
    await writeSmallImages(join(root, 'photos'), 4);
    const command = fileURLToPath(new URL('../support/terminal-cli.js', import.meta.url));
    const flags = [...COARSE, '--points-per-side', '64', '--workers', '1', '--threads', '1', ...SMALL_MODEL];
    const args = ['everything', join(root, 'photos'), '-o', join(root, 'out'), ...flags];
    const child = spawn(process.execPath, [command, '60', ...args]);
    const terminal = new Terminal(60);
    // an image is in work once there is something to reckon with
    const waitFor = [/0\/4 images \|.* left$/m, /Interrupted: finishing 1 image in flight/];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      terminal.write(text);
      if (waitFor[0]?.test(terminal.screen.join('\n'))) {
        waitFor.shift();
        // a terminal echoes it
        terminal.write('^C');
        child.kill('SIGINT');
      }
    });
    const signal = await new Promise((resolve) => child.on('close', (_, name) => resolve(name)));
    assert.equal(signal, 'SIGINT');
    const [first, ...rest] = terminal.screen;
    assert.match(first, /^4 images, 1 worker x \d+ threads?$/);
    assert.deepEqual(rest, ['Interrupted: finishing 1 image in flight. Ctrl-C again stops', ' at once.']);
    assert.equal(terminal.cursor[1], 0);
    assert.equal(terminal.isCursorShown && terminal.breaksLines, true);
  });
});
