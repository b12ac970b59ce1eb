import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStorage } from '../../src/storage/open-storage.js';
import { ownIdentity } from '../../src/storage/process-identity.js';
import { S3Lock } from '../../src/storage/s3/s3-lock.js';
import { S3Objects } from '../../src/storage/s3/s3-objects.js';
import { S3Server } from '../support/s3-server.js';

const KEY = 'out/_run/lock';
const QUICK = { beat: 40, silence: 200 };

/** Takes the lock with signs of life that follow each other fast. */
function take(onWait: (message: string) => void = () => {}, timing = QUICK): Promise<S3Lock> {
  return S3Lock.take(new S3Objects('bucket'), KEY, { place: 's3://bucket/out', timing, onWait });
}

/** A lock as a process left it. */
async function leave(server: S3Server, holder: object): Promise<void> {
  await server.put({ [KEY]: JSON.stringify({ ...(await ownIdentity()), token: 'a'.repeat(12), ...holder }) });
}

const started = (context: TestContext) => S3Server.start(context);

describe('S3Lock', () => {
  it('is held by one, and told of', async (context) => {
    const server = await started(context);
    const storage = openStorage('s3://bucket/out');
    const lock = await storage.lock('_run/lock');
    assert.deepEqual(await storage.lockHolder('_run/lock'), { pid: process.pid, host: (await ownIdentity()).host });
    await assert.rejects(take(), {
      code: 'run-in-use',
      message: new RegExp(`^Expected s3://bucket/out for one process but process ${process.pid} on`),
    });
    await lock.release();
    assert.deepEqual(await server.keys(), []);
    // of many that ask at once, one has it
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => take()));
    const taken = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    assert.equal(taken.length, 1);
    await taken[0]?.release();
  });

  it('is taken over at once from a process of this machine that is gone', async (context) => {
    const server = await started(context);
    await leave(server, { pid: 2 ** 22 + 1 });
    const waited: string[] = [];
    const lock = await take((message) => waited.push(message));
    assert.deepEqual(waited, []);
    await lock.release();
  });

  it('is taken over from another machine that is silent, not from one that gives signs of life', async (context) => {
    const server = await started(context);
    await leave(server, { host: 'elsewhere' });
    const waited: string[] = [];
    const lock = await take((message) => waited.push(message));
    assert.match(waited.join(), /^Waiting for s3:\/\/bucket\/out: process \d+ on elsewhere may work there/);
    await lock.release();

    await leave(server, { host: 'elsewhere', beats: 0 });
    let beats = 1;
    let last: Promise<unknown> = Promise.resolve();
    const alive = setInterval(() => {
      last = leave(server, { host: 'elsewhere', beats: beats++ });
    }, 30);
    const patient = { ...QUICK, silence: 5000 };
    await assert.rejects(
      take(() => {}, patient),
      { code: 'run-in-use' },
    );
    clearInterval(alive);
    await last;
  });

  it('gives signs of life, whatever the network does, until another process has it', async (context) => {
    const server = await started(context);
    let writes = 0;
    const lock = await take();
    server.faultOf = ({ method }) => (method === 'PUT' && ++writes % 3 === 0 ? { kind: 'lost answer' } : undefined);
    const beatsAt = async () => JSON.parse((await server.get(KEY)).toString()).beats;
    const before = await beatsAt();
    while ((await beatsAt()) <= before + 4) await sleep(20);
    await leave(server, { host: 'elsewhere' });
    await sleep(100);
    await lock.release();
    assert.equal(JSON.parse((await server.get(KEY)).toString()).host, 'elsewhere');
  });

  it('is given by no server that passes over conditions', async (context) => {
    const server = await started(context);
    server.heedsConditions = false;
    await assert.rejects(take(), {
      code: 'unwritable-output',
      message: /^Expected a server that heeds If-None-Match and If-Match of a PUT for s3:\/\/bucket\/out\/_run\/lock/,
    });
    assert.deepEqual(await server.keys(), []);
  });
});
