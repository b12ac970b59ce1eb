import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { catalogueEntryNamed } from '../../../../src/model/catalogue/catalogue.js';
import type { HubModel } from '../../../../src/model/catalogue/entry.js';
import { type PullEvent, type PullOptions, pullModel } from '../../../../src/model/catalogue/hub/pull.js';
import { SAM1_GEOMETRY } from '../../../../src/sam/geometry.js';
import { HubServer } from '../../../support/hub-server.js';
import { exportPath } from '../../../support/plain-exports.js';
import { runCli } from '../../../support/run-cli.js';

const sha256Of = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const VARIABLES = [
  'SAM_CLI_CACHE_DIR',
  'HF_HUB_CACHE',
  'SAM_CLI_CATALOGUE',
  'HF_HUB_OFFLINE',
  'HF_TOKEN',
  'HF_ENDPOINT',
];

describe('pulling a model', () => {
  let root: string;
  let hub: HubServer;
  let encoder: Buffer;
  let decoder: Buffer;
  let model: HubModel;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-'));
    hub = await HubServer.start();
    for (const name of VARIABLES) delete process.env[name];
    process.env.SAM_CLI_CACHE_DIR = join(root, 'cache');
    process.env.HF_HUB_CACHE = join(root, 'hub');
    process.env.SAM_CLI_CATALOGUE = join(root, 'catalogue.json');
    process.env.HF_ENDPOINT = hub.endpoint;
    encoder = randomBytes(700_000);
    decoder = randomBytes(300_000);
    hub.files.set('onnx/encoder.onnx', encoder).set('onnx/decoder.onnx', decoder);
    model = {
      name: 'small',
      description: 'small',
      licence: 'LicenseRef-S-Lab',
      nonCommercial: true,
      contract: 'official',
      geometry: SAM1_GEOMETRY,
      calibratedSettings: {},
      source: { repo: 'org/small', revision: 'main' },
      encoder: { path: 'onnx/encoder.onnx', bytes: encoder.length, sha256: sha256Of(encoder) },
      decoder: { path: 'onnx/decoder.onnx', bytes: decoder.length, sha256: sha256Of(decoder) },
    };
    await writeFile(join(root, 'catalogue.json'), JSON.stringify([model]));
  });
  afterEach(async () => {
    for (const name of VARIABLES) delete process.env[name];
    await hub.stop();
    await rm(root, { recursive: true, force: true });
  });

  const events: PullEvent[] = [];
  const said: string[] = [];
  function pull(options: PullOptions = {}) {
    events.length = 0;
    said.length = 0;
    return pullModel(model, {
      firstWait: 5,
      onEvent: (event) => void events.push(event),
      onRetry: (message) => void said.push(message),
      ...options,
    });
  }
  const filesOfCache = async () =>
    (await readdir(join(root, 'hub'), { recursive: true, withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  it('lays files out as the hub’s own tools do, and asks for nothing twice', async () => {
    const pulled = await pull();
    assert.equal(pulled.encoder.path, join(root, 'hub/models--org--small/snapshots', hub.commit, 'onnx/encoder.onnx'));
    assert.deepEqual(await readFile(pulled.encoder.path), encoder);
    assert.deepEqual(await readFile(pulled.decoder.path), decoder);
    assert.equal(catalogueEntryNamed('small').decoder.sha256, sha256Of(decoder));
    const requests = hub.byteRequests.length;
    await pull();
    assert.equal(hub.byteRequests.length, requests);
    assert.deepEqual((await filesOfCache()).sort(), [sha256Of(decoder), sha256Of(encoder)].sort());
  });

  it('goes on where a connection broke', async () => {
    hub.faults.push({ kind: 'cut', after: 200_000 }, { kind: 'cut', after: 100_000 });
    await pull();
    const ranges = hub.byteRequests.slice(0, 3).map(({ range }) => range);
    assert.equal(ranges[0], undefined);
    for (const range of ranges.slice(1)) assert.match(range ?? '', /^bytes=[1-9]\d*-$/);
    assert.equal(said.length, 2);
  });

  it('goes on where another process was killed', async () => {
    const blobs = join(root, 'hub/models--org--small/blobs');
    await mkdir(blobs, { recursive: true });
    await writeFile(join(blobs, `${sha256Of(encoder)}.incomplete`), encoder.subarray(0, 500_000));
    await pull();
    assert.equal(hub.byteRequests[0].range, 'bytes=500000-');
  });

  it('begins again where a server has no ranges', async () => {
    hub.ranges = false;
    hub.faults.push({ kind: 'cut', after: 200_000 });
    assert.deepEqual(await readFile((await pull()).encoder.path), encoder);
  });

  it('waits and asks again for 429 and 5xx, and gives up in the end', async () => {
    hub.metadataFaults.push({ kind: 'status', status: 429, retryAfter: 0 });
    hub.faults.push({ kind: 'status', status: 503 });
    await pull();
    assert.match(said[0], /the server answered 429; trying again in 0\.0 s/);
    assert.match(said[1], /the server answered 503; trying again in 0\.0 s/);
    hub.files.set('onnx/encoder.onnx', randomBytes(1000));
    model = { ...model, encoder: { path: 'onnx/encoder.onnx' } };
    hub.faults.push(...Array.from({ length: 6 }, () => ({ kind: 'status', status: 500 }) as const));
    await assert.rejects(pull(), { code: 'download-failed', message: /in 6 tries: the server answered 500/ });
  });

  it('refuses wrong bytes, deletes them and leaves no final name', async () => {
    hub.faults.push({ kind: 'wrong bytes' });
    await assert.rejects(pull(), { code: 'bad-model', message: /sha256 .* but received .*; they were deleted/ });
    assert.deepEqual(await filesOfCache(), []);
    assert.throws(() => catalogueEntryNamed('small'), { code: 'bad-model' });
  });

  it('refuses a file that the hub has another sum for, before a byte is sent', async () => {
    hub.files.set('onnx/encoder.onnx', randomBytes(1000));
    await assert.rejects(pull(), { code: 'bad-model', message: /but the hub has/ });
    assert.equal(hub.byteRequests.length, 0);
  });

  it('takes an unknown sum from the hub and records it; without one it refuses', async () => {
    // an encoder of real bytes: its external data would be looked for
    const onnx = await readFile(exportPath('exports/sam1_encoder.onnx'));
    hub.files.set('onnx/encoder.onnx', onnx);
    model = { ...model, encoder: { path: 'onnx/encoder.onnx' } };
    await pull();
    assert.equal(catalogueEntryNamed('small').encoder.sha256, sha256Of(onnx));
    hub.namesSum = false;
    await assert.rejects(pull(), { code: 'bad-model', message: /X-Linked-ETag/ });
  });

  it('sends the token to the hub alone, and says what 401 and 404 want', async () => {
    hub.token = 'secret';
    await assert.rejects(pull(), { code: 'download-failed', hint: /HF_TOKEN/ });
    process.env.HF_TOKEN = 'secret';
    await pull();
    assert.ok(hub.byteRequests.every(({ authorization }) => authorization === undefined));
    model = { ...model, decoder: { path: 'gone.onnx' } };
    await assert.rejects(pull(), { code: 'download-failed', message: /404/ });
  });

  it('asks nothing of the network when offline', async () => {
    process.env.HF_HUB_OFFLINE = '1';
    await assert.rejects(pull(), { code: 'bad-usage', message: /HF_HUB_OFFLINE/ });
    assert.equal(hub.seen.length, 0);
  });

  it('shares one download between two processes', async () => {
    hub.delay = 30;
    const runs = await Promise.all([runCli('models', 'pull', 'small'), runCli('models', 'pull', 'small')]);
    for (const run of runs) assert.equal(run.exitCode, 0, run.stderr);
    assert.equal(hub.byteRequests.length, 2);
    assert.match(runs.map(({ stderr }) => stderr).join(''), /another process is downloading this model/);
    assert.match(runs[0].stderr, /^small from org\/small, licence LicenseRef-S-Lab: for non-commercial use only\n/);
    assert.equal(runs[0].stdout, runs[1].stdout);
  });

  it('verifies, shows and removes what was pulled; unpulled models name the command', async () => {
    const missing = await runCli('everything', 'photo.jpg', '--model', 'small', '--out', join(root, 'out'));
    assert.equal(missing.exitCode, 1);
    assert.match(missing.stderr, /`sam-cli models pull small` downloads it/);
    const pulled = await pull();
    assert.match((await runCli('models', 'list')).stdout, /^small +here /m);
    assert.equal((await runCli('models', 'path', 'small')).stdout, `${pulled.encoder.path}\n${pulled.decoder.path}\n`);
    assert.equal((await runCli('models', 'verify', 'small')).stdout, 'small: as it should be\n');
    await writeFile(pulled.decoder.path, 'damaged');
    const damaged = await runCli('models', 'verify', 'small');
    assert.equal(damaged.exitCode, 1);
    assert.match(damaged.stdout, /small: Expected .* but it has 7 bytes/);
    assert.equal((await runCli('models', 'remove', 'small')).exitCode, 0);
    assert.ok(!existsSync(pulled.encoder.path));
    assert.deepEqual(await filesOfCache(), []);
  });
});
