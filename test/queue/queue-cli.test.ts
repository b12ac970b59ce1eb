import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.js';
import { NO_REDIS, RedisServer } from '../support/redis-server.js';
import { cliPath, runCli, runMain } from '../support/run-cli.js';
import { COARSE, writeSmallImages } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const SECRET = 'p%40ss-w0rd';

async function redisIn(context: TestContext, folder: string, ...flags: string[]): Promise<RedisServer> {
  await mkdir(join(folder, 'redis'));
  const redis = await RedisServer.start(join(folder, 'redis'), ...flags);
  context.after(() => redis.stop());
  return redis;
}

describe('the commands of a queue', () => {
  it('load its packages only where a queue is named, and no others are needed', async (context) => {
    const folder = await temporaryFolder(context);
    await writeSmallImages(join(folder, 'photos'), 1);
    const loaded = async (...args: string[]) => {
      const hook = new URL('../support/loaded-modules.js', import.meta.url).href;
      const { stderr } = await run(process.execPath, ['--import', hook, cliPath, ...args]).catch(
        (error: { stderr: string }) => error,
      );
      assert.match(stderr, /loaded .*commander/);
      return stderr.match(/(?<=node_modules\/)(bullmq|ioredis|prom-client)(?=\/)/g) ?? [];
    };
    const everything = ['everything', join(folder, 'photos'), '--out', join(folder, 'out'), ...SMALL_MODEL, ...COARSE];
    assert.deepEqual(await loaded(...everything), []);
    assert.deepEqual(await loaded('status', join(folder, 'out')), []);
    const queue = ['--queue', 'redis://127.0.0.1:1'];
    assert.deepEqual(new Set(await loaded('worker', ...queue)), new Set(['bullmq', 'ioredis']));

    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      await readFile(join(packageRoot, 'package.json'), 'utf8'),
    );
    for (const name of ['bullmq', 'ioredis', 'prom-client']) {
      assert.ok(name in peerDependencies && !(name in dependencies));
      assert.deepEqual(peerDependenciesMeta[name], { optional: true });
    }
  });

  it('name host and port of a server that is away, and repeat no address that is wrong', async () => {
    for (const args of [['worker', '--queue'], ['status']]) {
      const { exitCode, stderr } = await runMain(...args, `redis://user:${SECRET}@127.0.0.1:1/3`);
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /Expected a Redis server at 127\.0\.0\.1:1 \(redis:\/\/127\.0\.0\.1:1\/3\) but could not use it: .*ECONNREFUSED/,
      );
      assert.doesNotMatch(stderr, /ss-w0rd/);
    }
    for (const wrong of [
      `http://user:${SECRET}@host`,
      `redis://user:${SECRET}@:port`,
      `redis://user:${SECRET}@host/name`,
      `redis://user:${SECRET}%@host`,
    ]) {
      const { exitCode, stderr } = await runMain('worker', '--queue', wrong);
      assert.deepEqual([exitCode, /Expected the address of a Redis server/.test(stderr)], [2, true], stderr);
      assert.doesNotMatch(stderr, /ss-w0rd/);
    }
    const alone = await runMain('everything', 'photos', '--out', 'out', '--queue', 'redis://127.0.0.1');
    assert.equal(alone.exitCode, 2);
    assert.match(alone.stderr, /Expected --enqueue with --queue/);
    const neither = await runMain('worker');
    assert.match(neither.stderr, /Expected --queue redis:\/\/host:port, or the variable SAM_CLI_QUEUE/);
    // commander repeats what it does not know
    const unknown = await runMain(`redis://user:${SECRET}@host`);
    assert.doesNotMatch(unknown.stderr, /ss-w0rd/);
  });

  it('stop on SIGTERM, even while Redis is away', { skip: NO_REDIS }, async (context) => {
    const redis = await redisIn(context, await temporaryFolder(context));
    const worker = spawn(process.execPath, [cliPath, 'worker', '--queue', redis.url, '--grace', '1']);
    let output = '';
    worker.stderr.on('data', (chunk) => {
      output += chunk;
    });
    while (!output.includes('Waiting for jobs')) await once(worker.stderr, 'data');
    await redis.stop();
    while (!output.includes('went away')) await once(worker.stderr, 'data');
    worker.kill('SIGTERM');
    assert.deepEqual(await once(worker, 'exit'), [0, null], output);
    assert.match(output, new RegExp(`Redis at 127.0.0.1:${redis.port} went away.*; waiting for it`));
  });

  it('stop on SIGTERM within the time of grace, and show a password to nobody', { skip: NO_REDIS }, async (context) => {
    const folder = await temporaryFolder(context);
    await writeSmallImages(join(folder, 'photos'), 60);
    const redis = await redisIn(context, folder, '--requirepass', decodeURIComponent(SECRET));
    const url = redis.url.replace('//', `//:${SECRET}@`);
    const everything = ['everything', join(folder, 'photos'), '--out', join(folder, 'out'), ...SMALL_MODEL, ...COARSE];
    const said: string[] = [];

    for (const wrong of [redis.url, redis.url.replace('//', '//:other-w0rd@')]) {
      const { exitCode, stderr } = await runMain(...everything, '--queue', wrong, '--enqueue');
      assert.equal(exitCode, 1);
      assert.match(stderr, new RegExp(`a user and a password that Redis at 127.0.0.1:${redis.port} takes`));
      assert.doesNotMatch(stderr, /other-w0rd/);
    }
    const enqueued = await runCli(...everything, '--queue', url, '--enqueue');
    assert.equal(enqueued.exitCode, 0, enqueued.stderr);
    said.push(enqueued.stdout, enqueued.stderr, await readFile(join(folder, 'out', '_run', 'manifest'), 'utf8'));

    const flags = ['--workers', '1', '--threads', '1', '--metrics-port', String(redis.port + 2)];
    const worker = spawn(process.execPath, [cliPath, 'worker', '--queue', url, ...flags]);
    let output = '';
    for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (chunk) => (output += chunk));
    while (!output.includes('.json')) await once(worker.stderr, 'data');
    // where others see what runs on this machine
    if (process.platform === 'linux') said.push(await readFile(`/proc/${worker.pid}/cmdline`, 'utf8'));
    said.push(await (await fetch(`http://127.0.0.1:${redis.port + 2}/metrics`)).text());
    worker.kill('SIGTERM');
    const [exitCode] = await once(worker, 'exit');
    assert.equal(exitCode, 0, output);
    const done = output.match(/-> /g)?.length ?? 0;
    const { stdout } = await runMain('status', url, '--json');
    const [{ jobs, ...status }] = JSON.parse(stdout).runs;
    assert.ok(done > 0 && done < 60, `${done} done`);
    assert.deepEqual([status.done, jobs.active, jobs.waiting], [done, 0, 60 - done]);
    said.push(output, stdout, (await runMain('status', url)).stdout);
    for (const text of said) assert.doesNotMatch(text, /ss-w0rd/);
  });
});
