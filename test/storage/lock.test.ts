import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileLock, lockHolderOf } from '../../src/storage/lock.js';
import { ownIdentity } from '../../src/storage/process-identity.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const support = (name: string) => new URL(`../support/${name}.js`, import.meta.url).pathname;
/** No process has this pid: Linux goes up to 2^22. */
const NO_PROCESS = 2 ** 22 + 1;
const QUICK = { beat: 50, silence: 300 };

/** Where a test has its lock. */
async function lockPath(context: TestContext): Promise<string> {
  return join(await temporaryFolder(context), 'lock');
}

/** Writes a lock as another process would, with its last sign of life so many seconds ago. */
async function writeLock(path: string, change: object, secondsAgo = 0): Promise<void> {
  await writeFile(path, JSON.stringify({ ...(await ownIdentity()), token: '0123456789ab', ...change }));
  const at = new Date(Date.now() - 1000 * secondsAgo);
  await utimes(path, at, at);
}

async function filesBeside(path: string): Promise<string[]> {
  return (await readdir(join(path, '..'))).sort();
}

/** The next line that a process says. */
async function nextLine(child: ChildProcess): Promise<string> {
  const [chunk] = await once(child.stdout as NodeJS.EventEmitter, 'data');
  return String(chunk).trim();
}

describe('a lock', () => {
  it('has one holder, in this process and in others, and leaves nothing behind', async (context) => {
    const path = await lockPath(context);
    const lock = await FileLock.take(path, { place: 'masks' });
    await assert.rejects(FileLock.take(path, { place: 'masks' }), {
      code: 'run-in-use',
      message: new RegExp(`^Expected masks for one process but process ${process.pid} on .* works there$`),
    });
    assert.equal((await lockHolderOf(path))?.pid, process.pid);
    const other = spawn(process.execPath, [support('lock-holder'), path], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [code] = await once(other, 'close');
    assert.equal(code, 1);
    await lock.release();
    assert.deepEqual(await filesBeside(path), []);
    assert.equal(await lockHolderOf(path), undefined);
    await (await FileLock.take(path)).release();
  });

  it('is removed by the process whose it still is, and by no other', async (context) => {
    const path = await lockPath(context);
    const lock = await FileLock.take(path);
    await writeLock(`${path}-other`, {});
    await rename(`${path}-other`, path);
    await lock.release();
    assert.equal(JSON.parse(await readFile(path, 'utf8')).token, '0123456789ab');
    assert.deepEqual(await filesBeside(path), ['lock']);
  });

  it('gives signs of life', async (context) => {
    const path = await lockPath(context);
    const lock = await FileLock.take(path, { timing: QUICK });
    await utimes(path, 0, 0);
    await sleep(4 * QUICK.beat);
    assert.ok(Date.now() - (await stat(path)).mtimeMs < 10_000);
    await lock.release();
  });

  for (const [what, change] of [
    ['that has ended', { pid: NO_PROCESS }],
    ['that has ended, whose pid another process has now', { start_ticks: 1 }],
  ] as const) {
    it(`of a process ${what} is taken at once`, { skip: process.platform !== 'linux' }, async (context) => {
      const path = await lockPath(context);
      await writeLock(path, change);
      assert.equal(await lockHolderOf(path), undefined);
      const lock = await FileLock.take(path);
      assert.deepEqual(await filesBeside(path), ['lock']);
      await lock.release();
      assert.deepEqual(await filesBeside(path), []);
    });
  }

  it('of an earlier version, or that a power cut left empty, is taken', async (context) => {
    const path = await lockPath(context);
    const { host } = await ownIdentity();
    for (const text of ['', '{"pid":', JSON.stringify({ pid: NO_PROCESS, host })]) {
      await writeFile(path, text);
      await (await FileLock.take(path)).release();
      assert.deepEqual(await filesBeside(path), []);
    }
  });

  it('of a killed process that its parent does not collect is taken at once', {
    skip: process.platform !== 'linux',
  }, async (context) => {
    const path = await lockPath(context);
    const spawnHolder = `require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })`;
    const parent = spawn(process.execPath, ['-e', spawnHolder, support('lock-holder'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    context.after(() => parent.kill('SIGKILL'));
    const pid = Number(await nextLine(parent));
    await assert.rejects(FileLock.take(path), { code: 'run-in-use' });
    // a parent that is stopped collects no one
    parent.kill('SIGSTOP');
    process.kill(pid, 'SIGKILL');
    const stateOf = async () => /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))?.[1];
    while ((await stateOf()) !== 'Z') await sleep(10);
    assert.ok(process.kill(pid, 0), 'a zombie answers signals');
    const onWait = () => assert.fail('nothing to wait for');
    assert.equal(await lockHolderOf(path), undefined);
    await (await FileLock.take(path, { onWait })).release();
  });
});

describe('several processes that want one lock', () => {
  it('take turns in one process, even where all find it void', async (context) => {
    const path = await lockPath(context);
    for (let round = 0; round < 20; round++) {
      await writeLock(path, { pid: NO_PROCESS, token: 'fedcba987654' });
      const ends = await Promise.allSettled(Array.from({ length: 20 }, () => FileLock.take(path)));
      const held = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      for (const end of ends) if (end.status === 'rejected') assert.equal(end.reason.code, 'run-in-use');
      assert.equal(held.length, 1, `round ${round}`);
      await held[0].release();
      assert.deepEqual(await filesBeside(path), [], `round ${round}`);
    }
  });

  it('never hold it together, in twenty processes that find it void', async (context) => {
    const folder = await temporaryFolder(context);
    const [racers, rounds, interval] = [20, 15, 150];
    for (let round = 0; round < rounds; round++) {
      await writeLock(join(folder, `lock-${round}`), { pid: NO_PROCESS, token: 'fedcba987654' });
    }
    const start = Date.now() + 4000;
    const args = [support('lock-racer'), folder, rounds, start, interval].map(String);
    const outputs = await Promise.all(
      Array.from({ length: racers }, async () => {
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
        });
        assert.deepEqual(await once(child, 'close'), [0, null]);
        return text.trim().split('\n');
      }),
    );
    for (let round = 0; round < rounds; round++) {
      const ends = outputs.map((lines) => lines[round]);
      assert.ok(!ends.includes('not alone'), `round ${round}: ${ends}`);
      assert.ok(ends.includes('held'), `round ${round}: ${ends}`);
    }
    assert.deepEqual(await readdir(folder), []);
  });

  it('go on where one was killed while it took the lock', async (context) => {
    const path = await lockPath(context);
    await writeLock(path, { pid: NO_PROCESS, token: 'aaaaaaaaaaaa' });
    // its turn, the turn after that one's, and a file that it had no time to remove
    await writeLock(`${path}.after-aaaaaaaaaaaa`, { pid: NO_PROCESS, token: 'bbbbbbbbbbbb' });
    await writeLock(`${path}.after-aaaaaaaaaaaa.after-bbbbbbbbbbbb`, { pid: NO_PROCESS, token: 'cccccccccccc' });
    await writeLock(`${path}.cccccccccccc`, { pid: NO_PROCESS, token: 'cccccccccccc' });
    const lock = await FileLock.take(path);
    assert.deepEqual(await filesBeside(path), ['lock']);
    await lock.release();
    // and one that was killed while it gave its lock free
    for (const name of [path, `${path}.after-aaaaaaaaaaaa`])
      await writeLock(name, { pid: NO_PROCESS, token: 'aaaaaaaaaaaa' });
    await (await FileLock.take(path)).release();
    assert.deepEqual(await filesBeside(path), []);
  });
});

describe('a lock of another machine', () => {
  for (const [where, change, platforms] of [
    ['another host', { host: 'elsewhere' }, [process.platform]],
    ['a container of the same name', { pid_space: 'another boot pid:[1]', pid: NO_PROCESS }, ['linux']],
  ] as const) {
    const skip = !platforms.some((platform) => platform === process.platform);
    it(`that is silent is waited for, with words, and then taken (${where})`, { skip }, async (context) => {
      const path = await lockPath(context);
      await writeLock(path, change, 200);
      const words: string[] = [];
      const startedAt = performance.now();
      const onWait = (message: string) => words.push(message);
      const lock = await FileLock.take(path, { place: 'masks', timing: QUICK, onWait });
      const waited = performance.now() - startedAt;
      assert.ok(waited >= 3 * QUICK.beat && waited < 3000, `${waited} ms`);
      assert.equal(words.length, 1);
      assert.match(words[0], /^Waiting for masks: process \d+ on .* may work there/);
      assert.match(words[0], /Its last sign of life was 20\d s ago; when it is silent for 0 s/);
      await lock.release();
      assert.deepEqual(await filesBeside(path), []);
    });
  }

  it('that said something a moment ago is watched for the whole time, whatever its clock', async (context) => {
    const path = await lockPath(context);
    await writeLock(path, { host: 'elsewhere' }, -3600);
    const startedAt = performance.now();
    await (await FileLock.take(path, { timing: QUICK })).release();
    assert.ok(performance.now() - startedAt >= QUICK.silence);
  });

  it('that gives signs of life is refused', async (context) => {
    const path = await lockPath(context);
    await writeLock(path, { host: 'elsewhere' }, 200);
    let beats = 0;
    const living = setInterval(() => {
      beats++;
      void utimes(path, new Date(), new Date());
    }, QUICK.beat);
    context.after(() => clearInterval(living));
    await assert.rejects(FileLock.take(path, { timing: QUICK }), {
      code: 'run-in-use',
      message: /process \d+ on elsewhere works there$/,
    });
    assert.ok(beats >= 2, `${beats} beats`);
    assert.deepEqual(await filesBeside(path), ['lock']);
  });

  it('is taken as soon as it is given free', async (context) => {
    const path = await lockPath(context);
    await writeLock(path, { host: 'elsewhere' });
    const timing = { beat: 50, silence: 60_000 };
    const lock = await FileLock.take(path, { timing, onWait: () => void rm(path) });
    await lock.release();
  });

  it('is waited for until a signal ends the wait', async (context) => {
    const path = await lockPath(context);
    await writeLock(path, { host: 'elsewhere' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = FileLock.take(path, { signal: controller.signal, onWait: () => controller.abort(reason) });
    await assert.rejects(waiting, (error) => error === reason);
    assert.deepEqual(await filesBeside(path), ['lock']);
    await assert.rejects(FileLock.take(path, { signal: controller.signal }), (error) => error === reason);
  });
});
