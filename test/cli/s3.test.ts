import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.js';
import { fileTree, recordTree } from '../support/file-tree.js';
import { cliPath, runMain } from '../support/run-cli.js';
import { PHOTOS, recordsAt, type S3Place, s3Place } from '../support/s3-place.js';
import { type S3Fault, S3Server, type SeenS3Request } from '../support/s3-server.js';
import { COARSE, smallImage } from '../support/small-images.js';
import { SMALL_MODEL } from '../support/small-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Names that addresses, forms and XML would escape. */
const NAMES = ['0 a b.png', '1 ü+é.png', '2 100%.png', '3 x#y?.png', '4/日本 & <x>.png', '5 a%20b.png', '6 plain.png'];
const FLAGS = [...SMALL_MODEL, ...COARSE, '--workers', '1', '--threads', '1'];

/** Where no server is. */
const NOWHERE = {
  AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
  AWS_ACCESS_KEY_ID: 'KEY',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_MAX_ATTEMPTS: '1',
};

/** A local run of the same images. */
async function localRun({ folder, photos }: S3Place, name: string, ...flags: string[]): Promise<Map<string, string>> {
  const out = join(folder, name);
  const { exitCode, stderr } = await runMain('everything', photos, '--out', out, ...FLAGS, ...flags);
  assert.equal(exitCode, 0, stderr);
  return recordTree(out);
}

/** The first GET of each image fails, in one of three ways. */
function faultsOfImages(): (request: SeenS3Request) => S3Fault | undefined {
  const faults: readonly S3Fault[] = [{ kind: 'slow down' }, { kind: 'cut', after: 60 }, { kind: 'lost answer' }];
  const seen = new Set<string>();
  return ({ method, path }) => {
    if (method !== 'GET' || !path.endsWith('.png') || seen.has(path)) return undefined;
    seen.add(path);
    return faults[seen.size % faults.length];
  };
}

/** Every tenth write gets no answer, or another one. */
function faultsOfWrites(): (request: SeenS3Request) => S3Fault | undefined {
  let writes = 0;
  return ({ method }) => {
    if (method !== 'PUT' || ++writes % 5 !== 0) return undefined;
    return { kind: writes % 10 === 0 ? 'lost answer' : 'slow down' };
  };
}

/** Runs the command in a process that is killed after so many images. */
function killedAfter(images: number, args: readonly string[]): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, ...args, '--log-format', 'ndjson']);
    let said = '';
    child.stdout.resume();
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.split('"event":"image_done"').length - 1 >= images) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal));
  });
}

describe('a run from a bucket to a bucket', () => {
  it('makes the bytes of a local run, whatever the network does, and after a kill', async (context) => {
    const place = await s3Place(context, NAMES);
    const { server } = place;
    const [onImages, onWrites] = [faultsOfImages(), faultsOfWrites()];
    server.faultOf = (request) => onImages(request) ?? onWrites(request);
    const flags = ['--out-format', 'tar', '--records-per-file', '3'];
    const to = ['--out', 's3://bucket/masks', '--overlay', 's3://bucket/overlays'];
    const args = ['everything', PHOTOS, ...to, ...FLAGS, ...flags];
    assert.equal(await killedAfter(4, args), 'SIGKILL');
    const status = await runMain('status', 's3://bucket/masks', '--json');
    assert.equal(status.exitCode, 0, status.stderr);
    const { running, done } = JSON.parse(status.stdout);
    assert.ok(!running && done >= 4 && done <= NAMES.length, status.stdout);
    const last = await runMain(...args);
    server.faultOf = () => undefined;
    assert.equal(last.exitCode, 0, last.stderr);
    assert.deepEqual(await recordsAt(place, 'masks'), await localRun(place, 'masks', ...flags));
    const journal = (await server.get('masks/_run/journal.ndjson')).toString().trim().split('\n');
    assert.deepEqual(
      journal.map((line) => JSON.parse(line).image_id),
      NAMES.map((_, i) => i + 1),
    );
    // nothing is left of what was written bit by bit
    assert.deepEqual(
      await server.keys('masks/_run/'),
      ['files.ndjson', 'journal.ndjson', 'manifest', 'summary'].map((name) => `masks/_run/${name}`),
    );
    assert.equal((await server.keys('overlays/')).length, NAMES.length);
    await readsOf(place);
  });

  it('says what is wrong with credentials and addresses, and shows no secret', async (context) => {
    const server = await S3Server.start(context);
    const secret = 'wrong/secret+key';
    const out = join(await temporaryFolder(context), 'masks');
    let said = '';
    const answerOf = async (input: string, place = out) => {
      const { exitCode, stdout, stderr } = await runMain('everything', input, '--out', place, ...FLAGS);
      said += stdout + stderr;
      return `${exitCode}: ${stderr}`;
    };
    process.env.AWS_SECRET_ACCESS_KEY = secret;
    const denied = /access is denied \(SignatureDoesNotMatch, 403\)\nCheck AWS_PROFILE, or AWS_ACCESS_KEY_ID/;
    assert.match(await answerOf(PHOTOS), /^2: sam-cli: Could not list s3:\/\/bucket\/photos/);
    assert.match(await answerOf(`${PHOTOS}/`), denied);
    assert.match(await answerOf(`${PHOTOS}/`, 's3://bucket/masks'), denied);
    process.env.AWS_ACCESS_KEY_ID = 'UNKNOWNKEY';
    assert.match(await answerOf(`${PHOTOS}/`), /access is denied \(InvalidAccessKeyId, 403\)/);
    delete process.env.AWS_ACCESS_KEY_ID;
    assert.match(await answerOf(PHOTOS), /no credentials were found/);
    assert.match(
      await answerOf(`s3://KEY:${secret}@bucket/photos`),
      /^2: .*\nCredentials are never part of an address/,
    );
    for (const name of ['b', 'b?', `${'b'.repeat(64)}`, '']) {
      const refused = `^2: .* where the bucket's name has 3 to 63 letters, .* but received "s3://${name.replace('?', '\\?')}/photos"\n.*\n$`;
      assert.match(await answerOf(`s3://${name}/photos`), new RegExp(refused));
    }
    assert.ok(said.length > 500 && !said.includes(secret) && !said.includes('UNKNOWNKEY'), said);
    // a public bucket needs none
    process.env.AWS_NO_SIGN_REQUEST = 'YES';
    context.after(() => delete process.env.AWS_NO_SIGN_REQUEST);
    server.isPublic = true;
    assert.match(await answerOf('s3://bucket/nothing/'), /^2: .*found none in s3:\/\/bucket\/nothing\//);
    // what would be the name of a folder here
    const kept = await runMain('everything', PHOTOS, '--out', out, '--embeddings', 's3://bucket/embeddings');
    assert.deepEqual(kept.exitCode, 2);
    assert.match(kept.stderr, /Expected a path of this machine for --embeddings but received an s3:\/\/ address/);
    assert.match(await answerOf('s3://nobucket/'), /^2: .*Could not list s3:\/\/nobucket\/: there is no such bucket/);
  });
});

/** Commands that read the run of the first test. */
async function readsOf({ server, folder }: S3Place): Promise<void> {
  const masks = 's3://bucket/masks';
  const report = join(folder, 'report');
  for (const args of [
    ['status', masks],
    ['stats', masks],
    ['export', masks, '--to', 'coco', '--out', 's3://bucket/exports/all.json'],
    ['render', masks, '--out', 's3://bucket/rendered'],
    ['view', masks, '--out', report],
    ['compare', masks, join(folder, 'masks')],
  ]) {
    const { exitCode, stderr } = await runMain(...args);
    assert.equal(exitCode, 0, `${args.join(' ')}: ${stderr}`);
  }
  assert.equal(JSON.parse((await server.get('exports/all.json')).toString()).images.length, NAMES.length);
  assert.equal((await server.keys('rendered/')).length, NAMES.length);
  assert.ok((await fileTree(report)).has('index.html'));
  const here = await runMain('view', masks);
  assert.deepEqual(
    [here.exitCode, here.stderr],
    [2, `sam-cli: Expected --out for the report of ${masks}: a folder of this machine\n`],
  );
}

describe('the SDK of S3', () => {
  const run = promisify(execFile);
  /** Says which modules of the SDK are loaded, or that there are none. */
  const hook = (body: string) => {
    const hooks = `data:text/javascript,${encodeURIComponent(body)}`;
    const module = `import { register } from 'node:module'; register(${JSON.stringify(hooks)});`;
    return ['--import', `data:text/javascript,${encodeURIComponent(module)}`];
  };
  const told = hook(`export async function load(url, context, next) {
    if (/aws-sdk|smithy/.test(url)) process._rawDebug('LOADED ' + url);
    return next(url, context);
  }`);
  const missing = hook(`export async function resolve(name, context, next) {
    if (!name.startsWith('@aws-sdk/')) return next(name, context);
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`);
  const ended = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
    run(process.execPath, [...args], { env: { ...process.env, ...env } }).catch((error) => error);

  it('is loaded for an s3:// address alone', async (context) => {
    const folder = await temporaryFolder(context);
    await writeFile(join(folder, 'a.png'), await smallImage(1));
    const local = await ended([...told, cliPath, 'everything', folder, '--out', join(folder, 'out'), ...FLAGS]);
    assert.match((await runMain('everything', '--help')).stdout, /s3:\/\//);
    assert.match(local.stderr, /Done: 1 image,/);
    assert.doesNotMatch(local.stderr, /LOADED/);
    const other = await ended([...told, cliPath, 'status', 's3://bucket/masks'], NOWHERE);
    assert.match(other.stderr, /LOADED .*client-s3/);
  });

  it('is asked for where it is not installed', async () => {
    const { code, stderr } = await ended([...missing, cliPath, 'status', 's3://bucket/masks']);
    assert.equal(code, 2);
    assert.match(stderr, /@aws-sdk\/client-s3 .* is not installed\nRun `npm install @aws-sdk\/client-s3`/);
  });

  it('is installed for nobody who does not ask for it', async () => {
    const { packages } = JSON.parse(await readFile(join(packageRoot, 'package-lock.json'), 'utf8'));
    const { peerDependencies, peerDependenciesMeta } = packages[''];
    for (const name of Object.keys(peerDependencies)) assert.equal(peerDependenciesMeta[name]?.optional, true, name);
    const all = Object.entries<{ dev?: boolean }>(packages).filter(([path]) => /@aws-sdk|@smithy|fauxqs/.test(path));
    assert.ok(all.length > 5);
    assert.deepEqual(
      all.filter(([, { dev }]) => !dev).map(([path]) => path),
      [],
    );
  });
});
