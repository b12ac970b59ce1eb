import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fixtureUrl } from '../support/fixture.js';
import { cliPath } from '../support/run-cli.js';
import { COARSE } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';

/** Images that take a while, with any model. */
const FLAGS = [...COARSE, '--points-per-side', '16', '--workers', '1', '--threads', '1', ...SMALL_MODEL];

interface Interrupted {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: { event: string; image?: string; interrupted?: boolean; images?: number; in_flight?: number }[];
}

/** Runs the command, whose standard input stays open, and sends it Ctrl-C when it tells of the first event, then of the next. */
function runAndInterrupt(args: readonly string[], ...interruptOn: string[]): Promise<Interrupted> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, 'everything', ...args, '--log-format', 'ndjson']);
    let stderr = '';
    let sent = 0;
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      if (sent < interruptOn.length && stderr.includes(`"event":"${interruptOn[sent]}"`)) {
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
    const args = [join(root, 'photos'), '-o', out, ...FLAGS];
    const { exitCode, events } = await runAndInterrupt(args, 'image_started');
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

  it('while images are looked for: ends at once, makes nothing and answers 130', async () => {
    const out = join(root, 'looking');
    // a list that goes on for ever
    const { exitCode, events } = await runAndInterrupt(['--input-list', '-', '-o', out], 'planning');
    assert.equal(exitCode, 130);
    assert.deepEqual(
      events.map(({ event, in_flight, images, interrupted }) => ({ event, in_flight, images, interrupted })),
      [
        { event: 'planning', in_flight: undefined, images: 0, interrupted: undefined },
        { event: 'interrupted', in_flight: 0, images: undefined, interrupted: undefined },
        { event: 'run_finished', in_flight: undefined, images: 0, interrupted: true },
      ],
    );
    await assert.rejects(readdir(out), { code: 'ENOENT' });
  });

  it('while the model is loaded: begins no image and answers 130', async () => {
    const out = join(root, 'loading');
    const { exitCode, events } = await runAndInterrupt([join(root, 'photos'), '-o', out], 'loading_model');
    assert.equal(exitCode, 130);
    assert.ok(!events.some(({ event }) => event === 'image_started'));
    assert.deepEqual([events.at(-1)?.event, events.at(-1)?.interrupted], ['run_finished', true]);
    assert.ok(!(await readdir(join(out, '_run'))).includes('lock'));
  });

  it('twice: stops at once, and leaves nothing half-written', async () => {
    const out = join(root, 'twice');
    await mkdir(out);
    const args = [join(root, 'photos'), '-o', out, ...FLAGS];
    const { signal, events } = await runAndInterrupt(args, 'image_started', 'interrupted');
    assert.equal(signal, 'SIGINT');
    assert.ok(!events.some((event) => event.event === 'run_finished'));
    for (const file of (await readdir(out)).filter((name) => name.endsWith('.json'))) {
      JSON.parse(await readFile(join(out, file), 'utf8'));
    }
  });

  for (const [what, args, said] of [
    ['--dry-run', ['everything', 'PHOTOS', '-o', 'OUT', '--dry-run', '--preset', 'dense', '--workers', '1'], 'Trying'],
    ['--dry-run while images are looked for', ['everything', '--input-list', '-', '-o', 'OUT', '--dry-run'], ''],
    ['bench', ['bench', 'PHOTOS', '--preset', 'dense'], 'Trying'],
  ] as const) {
    it(`ends ${what} at once: it answers 130, prints no estimate and leaves nothing behind`, async () => {
      const temporary = await mkdtemp(join(root, 'tmp-'));
      const places: Record<string, string> = { PHOTOS: join(root, 'photos'), OUT: join(root, 'dry') };
      const child = spawn(process.execPath, [cliPath, ...args.map((word) => places[word] ?? word)], {
        env: { ...process.env, TMPDIR: temporary },
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      const ended = once(child, 'close');
      // at work when it says so, or when it has made its temporary folder
      const isAtWork = async () => (said ? stderr.includes(said) : (await readdir(temporary)).length > 0);
      while (child.exitCode === null && !(await isAtWork())) await setTimeout(20);
      child.kill('SIGINT');
      assert.deepEqual([await ended, stdout], [[130, null], '']);
      assert.deepEqual(await readdir(temporary), []);
      await assert.rejects(readdir(places.OUT), { code: 'ENOENT' });
    });
  }
});
