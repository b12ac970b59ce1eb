import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { catalogueEntryNamed, imageTextEntryNamed } from '../../../../src/model/catalogue/catalogue.js';
import type { HubModel } from '../../../../src/model/catalogue/entry.js';
import { type PullEvent, type PullOptions, pullModel } from '../../../../src/model/catalogue/hub/pull.js';
import { HUB_IMAGE_TEXT_MODELS } from '../../../../src/model/catalogue/hub-image-text-models.js';
import { HUB_MODELS } from '../../../../src/model/catalogue/hub-models.js';
import { modelState } from '../../../../src/model/catalogue/model-state.js';
import { SAM1_GEOMETRY } from '../../../../src/sam/geometry.js';
import { HubServer } from '../../../support/hub-server.js';
import { exportPath } from '../../../support/plain-exports.js';
import { runCli, runMain } from '../../../support/run-cli.js';
import { withWeightsIn } from '../../../support/weights-beside.js';

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
    await listed(model);
  });
  afterEach(async () => {
    for (const name of VARIABLES) delete process.env[name];
    await hub.stop();
    await rm(root, { recursive: true, force: true });
  });

  /** Makes this the model that the catalogue describes. */
  async function listed(entry: HubModel): Promise<void> {
    model = entry;
    await writeFile(join(root, 'catalogue.json'), JSON.stringify([model]));
  }

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
    assert.equal(
      pulled.files.encoder.path,
      join(root, 'hub/models--org--small/snapshots', hub.commit, 'onnx/encoder.onnx'),
    );
    assert.deepEqual(await readFile(pulled.files.encoder.path), encoder);
    assert.deepEqual(await readFile(pulled.files.decoder.path), decoder);
    assert.equal(catalogueEntryNamed('small').decoder.sha256, sha256Of(decoder));
    const requests = hub.byteRequests.length;
    await pull();
    assert.equal(hub.byteRequests.length, requests);
    assert.deepEqual((await filesOfCache()).sort(), [sha256Of(decoder), sha256Of(encoder), 'main'].sort());
    assert.equal(await readFile(join(root, 'hub/models--org--small/refs/main'), 'utf8'), hub.commit);
  });

  it('lays files of a space out as the hub’s own tools do', async () => {
    await listed({ ...model, source: { ...model.source, repo: 'spaces/org/small' } });
    const { encoder: pulled } = (await pull()).files;
    assert.equal(hub.seen[0].path, '/spaces/org/small/resolve/main/onnx/encoder.onnx');
    assert.equal(pulled.path, join(root, 'hub/spaces--org--small/snapshots', hub.commit, 'onnx/encoder.onnx'));
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
    assert.deepEqual(await readFile((await pull()).files.encoder.path), encoder);
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
    await listed({ ...model, encoder: { path: 'onnx/encoder.onnx' } });
    await pull();
    assert.equal(catalogueEntryNamed('small').encoder.sha256, sha256Of(onnx));
    hub.namesSum = false;
    await assert.rejects(pull(), { code: 'bad-model', message: /X-Linked-ETag/ });
  });

  it('finds out which files of weights a model names, and takes them too', async () => {
    const onnx = await readFile(exportPath('exports/sam1_encoder.onnx'));
    const { graph, weights } = withWeightsIn(onnx, 'encoder.onnx_data');
    hub.files.set('onnx/encoder.onnx', Buffer.from(graph)).set('onnx/encoder.onnx_data', Buffer.from(weights));
    await listed({ ...model, encoder: { path: 'onnx/encoder.onnx' } });
    const { encoder: pulled } = (await pull()).files;
    const beside = pulled.externalData?.map(({ path, sha256 }) => [dirname(path), basename(path), sha256]);
    assert.deepEqual(beside, [[dirname(pulled.path), 'encoder.onnx_data', sha256Of(weights)]]);
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

  it('does not take what was pulled for an older entry', async () => {
    await pull();
    assert.equal(catalogueEntryNamed('small').name, 'small');
    const known = model;
    const other = { path: 'onnx/encoder.onnx', bytes: 5, sha256: 'd'.repeat(64) };
    for (const entry of [
      { ...known, encoder: other },
      { ...known, decoder: { ...known.decoder, externalData: [other] } },
      { ...known, source: { ...known.source, repo: 'org/other' } },
      { ...known, encoder: { path: 'onnx/encoder_fp16.onnx' } },
      { ...known, source: { ...known.source, revision: 'e'.repeat(40) }, encoder: { path: 'onnx/encoder.onnx' } },
    ]) {
      await listed(entry);
      assert.throws(() => catalogueEntryNamed('small'), { code: 'bad-model', message: /was not downloaded/ });
      assert.equal((await modelState(entry)).present, false);
    }
    // the same bytes, whatever else is known of them
    await listed({ ...known, encoder: { path: 'onnx/encoder.onnx' } });
    assert.equal((await modelState(model)).present, true);
  });

  describe('offline', () => {
    beforeEach(() => {
      process.env.HF_HUB_OFFLINE = '1';
    });

    async function online(): Promise<void> {
      delete process.env.HF_HUB_OFFLINE;
      await pull();
      process.env.HF_HUB_OFFLINE = '1';
      hub.seen.length = 0;
    }

    it('refuses what is not in the cache', async () => {
      await assert.rejects(pull(), { code: 'bad-usage', message: /HF_HUB_OFFLINE/ });
      assert.equal(hub.seen.length, 0);
    });

    it('finds what was pulled of a branch before', async () => {
      const onnx = await readFile(exportPath('exports/sam1_encoder.onnx'));
      hub.files.set('onnx/encoder.onnx', onnx);
      // one sum is the catalogue's, one was the hub's
      await listed({ ...model, encoder: { path: 'onnx/encoder.onnx' } });
      await online();
      await rm(join(root, 'cache'), { recursive: true });
      const pulled = await pull();
      assert.equal(hub.seen.length, 0);
      assert.equal(pulled.files.encoder.sha256, sha256Of(onnx));
      assert.equal(pulled.files.encoder.bytes, onnx.length);
      assert.equal(catalogueEntryNamed('small').decoder.sha256, sha256Of(decoder));
    });

    it('finds what the hub’s own tools left of a branch', async () => {
      const folder = join(root, 'hub/models--org--small');
      const commit = 'f'.repeat(40);
      for (const [name, data] of [
        ['encoder.onnx', encoder],
        ['decoder.onnx', decoder],
      ] as const) {
        await mkdir(join(folder, 'blobs'), { recursive: true });
        await mkdir(join(folder, 'snapshots', commit, 'onnx'), { recursive: true });
        await writeFile(join(folder, 'blobs', sha256Of(data)), data);
        await symlink(join('../../../blobs', sha256Of(data)), join(folder, 'snapshots', commit, 'onnx', name));
      }
      await mkdir(join(folder, 'refs'));
      await writeFile(join(folder, 'refs/main'), commit);
      assert.equal((await pull()).files.decoder.path, join(folder, 'snapshots', commit, 'onnx/decoder.onnx'));
      assert.equal(hub.seen.length, 0);
      // a blob that is not what its name says is not there
      await listed({ ...model, encoder: { path: 'onnx/encoder.onnx' } });
      await writeFile(join(folder, 'blobs', sha256Of(encoder)), 'damaged');
      await assert.rejects(pull(), { code: 'bad-usage', message: /HF_HUB_OFFLINE/ });
    });
  });

  describe('of this catalogue', () => {
    const filesOf = ({ encoder: first, decoder: second }: HubModel) =>
      [first, second].flatMap((file) => [file, ...(file.externalData ?? [])]);
    let onnx: Buffer;
    beforeEach(async () => {
      onnx = await readFile(exportPath('exports/sam1_encoder.onnx'));
      hub.files.clear();
      for (const { path } of HUB_MODELS.flatMap(filesOf)) hub.files.set(path, onnx);
    });

    for (const entry of HUB_MODELS) {
      const { name, source, contract } = entry;
      it(`asks for ${name} where its exporter put it, and takes no other bytes than those that are known`, async () => {
        model = entry;
        if (entry.encoder.sha256 === undefined) {
          const { files } = await pull();
          assert.deepEqual([files.encoder.sha256, files.decoder.sha256], [sha256Of(onnx), sha256Of(onnx)]);
          assert.equal(catalogueEntryNamed(name).contract, contract);
        } else {
          await assert.rejects(pull(), { message: new RegExp(`${entry.encoder.sha256} but the hub has`) });
          assert.equal(hub.byteRequests.length, 0);
        }
        assert.equal(hub.seen[0].path, `/${source.repo}/resolve/${source.revision}/${entry.encoder.path}`);
      });
    }

    it('says before a download that a licence is for non-commercial use', async () => {
      const permissive = /^(MIT|Apache-2\.0|BSD-3-Clause)( AND (MIT|Apache-2\.0|BSD-3-Clause))*$/;
      const all = [...HUB_MODELS, ...HUB_IMAGE_TEXT_MODELS];
      const restricted = all.filter(({ licence }) => !permissive.test(licence));
      assert.deepEqual(
        all.filter(({ nonCommercial }) => nonCommercial),
        restricted,
      );
      for (const { name, source, licence } of restricted) {
        const { stderr } = await runMain('models', 'pull', name);
        const first = `${name} from ${source.repo}, licence ${licence}: for non-commercial use only\n`;
        assert.ok(stderr.startsWith(first), stderr);
        assert.equal(hub.byteRequests.length, 0);
      }
      assert.deepEqual(
        restricted.map(({ name }) => name),
        ['edge-sam', 'mobileclip-s2', 'mobileclip-b'],
      );
    });
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

  it('pulls an image-text model: two graphs, and a tokenizer that git keeps', async () => {
    const known = HUB_IMAGE_TEXT_MODELS[0];
    const words = { ...known, name: 'words', source: { repo: 'org/words', revision: 'main' } };
    const files = { vision: { path: 'v.onnx' }, text: { path: 't.onnx' }, tokenizer: { path: 'tokenizer.json' } };
    const tokenizerConfig = { path: 'tokenizer_config.json' };
    await writeFile(join(root, 'catalogue.json'), JSON.stringify([{ ...words, files: { ...files, tokenizerConfig } }]));
    hub.files.set('v.onnx', await readFile(exportPath('image-text/clip_vision.onnx')));
    hub.files.set('t.onnx', await readFile(exportPath('image-text/siglip_text.onnx')));
    hub.plain.add('tokenizer.json').add('tokenizer_config.json');
    hub.files.set('tokenizer.json', randomBytes(100_000)).set('tokenizer_config.json', Buffer.from('{}'));
    const run = await runCli('models', 'pull', 'words', '--quiet');
    assert.equal(run.exitCode, 0, run.stderr);
    const snapshot = join(root, 'hub/models--org--words/snapshots', hub.commit);
    const names = ['v.onnx', 't.onnx', 'tokenizer.json', 'tokenizer_config.json'];
    assert.deepEqual(
      run.stdout.trimEnd().split('\n'),
      names.map((name) => join(snapshot, name)),
    );
    for (const name of names) assert.deepEqual(await readFile(join(snapshot, name)), hub.files.get(name));
    const { files: pulled } = imageTextEntryNamed('words');
    assert.equal(pulled.tokenizer.sha256, sha256Of(await readFile(join(snapshot, 'tokenizer.json'))));
    assert.equal((await runCli('models', 'verify', 'words')).stdout, 'words: as it should be\n');
    const requests = hub.byteRequests.length;
    assert.equal((await runCli('models', 'pull', 'words', '--quiet')).exitCode, 0);
    assert.equal(hub.byteRequests.length, requests);
    assert.equal((await runCli('models', 'remove', 'words')).exitCode, 0);
    assert.deepEqual(await filesOfCache(), []);
  });

  it('refuses a small file with other bytes than git’s id says', async () => {
    hub.plain.add('onnx/encoder.onnx');
    await listed({ ...model, encoder: { path: 'onnx/encoder.onnx' } });
    hub.faults.push({ kind: 'wrong bytes' });
    await assert.rejects(pull(), {
      code: 'bad-model',
      message: /and git id [0-9a-f]{40} but received 700000 bytes with git id [0-9a-f]{40}; they were deleted$/,
    });
  });

  it('verifies, shows and removes what was pulled; unpulled models name the command', async () => {
    const missing = await runCli('everything', 'photo.jpg', '--model', 'small', '--out', join(root, 'out'));
    assert.equal(missing.exitCode, 1);
    assert.match(missing.stderr, /`sam-cli models pull small` downloads it/);
    const pulled = await pull();
    assert.match((await runCli('models', 'list')).stdout, /^small +here /m);
    assert.equal(
      (await runCli('models', 'path', 'small')).stdout,
      `${pulled.files.encoder.path}\n${pulled.files.decoder.path}\n`,
    );
    assert.equal((await runCli('models', 'verify', 'small')).stdout, 'small: as it should be\n');
    await writeFile(pulled.files.decoder.path, 'damaged');
    const damaged = await runCli('models', 'verify', 'small');
    assert.equal(damaged.exitCode, 1);
    assert.match(damaged.stdout, /small: Expected .* but it has 7 bytes/);
    assert.equal((await runCli('models', 'remove', 'small')).exitCode, 0);
    assert.ok(!existsSync(pulled.files.encoder.path));
    assert.deepEqual(await filesOfCache(), []);
  });
});
