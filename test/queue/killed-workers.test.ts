import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordTree } from '../support/file-tree.js';
import { NO_REDIS, RedisServer } from '../support/redis-server.js';
import { cliPath, runMain } from '../support/run-cli.js';
import { seededRandom } from '../support/seeded-random.js';
import { COARSE, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const IMAGES = 500;
const WORKERS = 3;
/** Milliseconds between two kills. */
const BETWEEN_KILLS = 1500;
const KILLS = 5;

interface Failure {
  readonly image: string;
  readonly code: string;
  readonly reason: string;
}

async function linesOf<T>(path: string): Promise<T[]> {
  return (await readFile(path, 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

function failuresIn(lines: readonly Failure[]) {
  return lines.map(({ image, code, reason }) => `${image}: ${code}: ${reason}`).sort();
}

/** Workers that are started again until they end by themselves, as a cluster does: one that comes while Redis is away ends with 1. */
class Workers {
  readonly #args: readonly string[];
  readonly #running: ChildProcess[] = [];
  readonly ended: Promise<unknown>;

  constructor(args: readonly string[]) {
    this.#args = args;
    this.ended = Promise.all(Array.from({ length: WORKERS }, (_, place) => this.#keepRunning(place)));
  }

  kill(place: number): boolean {
    return this.#running[place].kill('SIGKILL');
  }

  async #keepRunning(place: number): Promise<void> {
    for (;;) {
      const child = spawn(process.execPath, [cliPath, ...this.#args], { stdio: 'ignore' });
      this.#running[place] = child;
      const [exitCode] = await once(child, 'exit');
      if (exitCode === 0) return;
    }
  }
}

describe('workers of a queue that are killed', { skip: NO_REDIS }, () => {
  it('leave one record of each image, as a local run makes it, and the unreadable ones on the dead-letter list', async (context) => {
    const folder = await temporaryFolder(context);
    const photos = join(folder, 'photos');
    await writeSmallImages(photos, IMAGES);
    const bad = ['sub0/00003.png', 'sub1/00100.png', 'sub2/00200.png', 'sub2/00497.png'];
    for (const name of bad.slice(1)) await writeFile(join(photos, name), 'no image');
    await writeFile(join(photos, bad[0]), '');
    const names = Array.from({ length: IMAGES }, (_, i) => `sub${i % 3}/${String(i).padStart(5, '0')}.png`);
    await writeFile(join(folder, 'list.txt'), names.map((name) => `${join(photos, name)}\n`).join(''));
    // a failure that may pass: it is tried again elsewhere before it is given up
    await rm(join(photos, 'sub0/00300.png'));
    await mkdir(join(folder, 'redis'));
    const redis = await RedisServer.start(join(folder, 'redis'));
    context.after(() => redis.stop());
    const run = (out: string) => [
      'everything',
      '--input-list',
      join(folder, 'list.txt'),
      '--out',
      join(folder, out),
      ...SMALL_MODEL,
      ...COARSE,
    ];
    const enqueued = await runMain(...run('queued'), '--queue', redis.url, '--enqueue', '--json');
    assert.equal(enqueued.exitCode, 0, enqueued.stderr);
    assert.equal(JSON.parse(enqueued.stdout).jobs_added, IMAGES);
    const workers = new Workers([
      ...['worker', '--queue', redis.url, '--until-done', '--quiet'],
      ...['--workers', '1', '--threads', '1', '--stalled-after', '2'],
    ]);
    const random = seededRandom(5);
    let kills = 0;
    for (let i = 0; i < KILLS; i++) {
      await sleep(BETWEEN_KILLS);
      if (workers.kill(Math.floor(random() * WORKERS))) kills++;
      if (i === 2) await redis.restart(300);
    }
    await workers.ended;
    assert.equal(kills, KILLS, 'the run ended before the last kill');

    const local = await runMain(...run('local'), '--quiet', '--workers', '1', '--threads', '1');
    assert.equal(local.exitCode, 1);
    const [queuedTree, localTree] = await Promise.all(['queued', 'local'].map((out) => recordTree(join(folder, out))));
    assert.equal(localTree.size, IMAGES - bad.length - 1);
    assert.deepEqual(queuedTree, localTree);
    const journal = await linesOf<{ image_id: number; state: string }>(
      join(folder, 'queued', '_run', 'journal.ndjson'),
    );
    assert.deepEqual(
      journal.map(({ image_id }) => image_id),
      Array.from({ length: IMAGES }, (_, i) => i + 1),
    );
    const localFailures = failuresIn(await linesOf(join(folder, 'local', 'failures.ndjson')));
    assert.equal(localFailures.length, bad.length + 1);
    assert.deepEqual(failuresIn(await linesOf(join(folder, 'queued', 'failures.ndjson'))), localFailures);
    const status = JSON.parse((await runMain('status', redis.url, '--json')).stdout);
    const [{ state, done, failed, remaining, jobs, first_dead_letters }] = status.runs;
    assert.deepEqual(failuresIn(first_dead_letters), localFailures);
    assert.deepEqual(
      { state, done, failed, remaining, jobs },
      {
        state: 'finished',
        done: localTree.size,
        failed: 5,
        remaining: 0,
        jobs: { waiting: 0, active: 0, delayed: 0, given_up: 0 },
      },
    );
  });
});
