import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtureUrl } from '../support/fixture.js';
import { cliPath } from '../support/run-cli.js';

interface Interrupted {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: { event: string; image?: string; interrupted?: boolean; images?: number }[];
}

/** Runs the command and sends it Ctrl-C as often as asked, the first time when an image is begun. */
function runAndInterrupt(args: readonly string[], times: number): Promise<Interrupted> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, 'everything', ...args, '--log-format', 'ndjson']);
    let stderr = '';
    let sent = 0;
    const interruptOn = ['"event":"image_started"', '"event":"interrupted"'];
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      if (sent < times && stderr.includes(interruptOn[sent])) {
        sent++;
        child.kill('SIGINT');
      }
    });
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      const events = stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      resolve({ exitCode, signal, events });
    });
  });
}

describe('Ctrl-C', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    await mkdir(join(root, 'photos'));
    const chelsea = fileURLToPath(fixtureUrl('images/chelsea.png'));
    for (let i = 0; i < 12; i++) await copyFile(chelsea, join(root, 'photos', `${i}.png`));
  });
  after(() => rm(root, { recursive: true }));

  it('once: finishes the images in flight, writes them, begins no other and answers 130', async () => {
    const out = join(root, 'once');
    const args = [join(root, 'photos'), '-o', out, '--points-per-side', '4', '--workers', '1'];
    const { exitCode, events } = await runAndInterrupt(args, 1);
    assert.equal(exitCode, 130);
    const started = events.filter((event) => event.event === 'image_started');
    const done = events.filter((event) => event.event === 'image_done');
    assert.deepEqual(
      done.map((event) => event.image),
      started.map((event) => event.image),
    );
    assert.ok(done.length >= 1 && done.length < 12, `${done.length} images`);
    const summary = events.at(-1);
    assert.equal(summary?.event, 'run_finished');
    assert.equal(summary?.interrupted, true);
    assert.equal(summary?.images, done.length);
    const files = await readdir(out);
    assert.equal(files.filter((file) => file.endsWith('.json') && !file.startsWith('.')).length, done.length);
  });

  it('twice: stops at once, and leaves nothing half-written', async () => {
    const out = join(root, 'twice');
    await mkdir(out);
    const args = [join(root, 'photos'), '-o', out, '--points-per-side', '16', '--workers', '1'];
    const { signal, events } = await runAndInterrupt(args, 2);
    assert.equal(signal, 'SIGINT');
    assert.ok(!events.some((event) => event.event === 'run_finished'));
    for (const file of (await readdir(out)).filter((name) => name.endsWith('.json'))) {
      JSON.parse(await readFile(join(out, file), 'utf8'));
    }
  });
});
