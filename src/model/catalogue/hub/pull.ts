import { readFile, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SamError } from '../../../errors.js';
import { FileLock } from '../../../storage/lock.js';
import type { FileSum } from '../../../storage/sum-of-file.js';
import { checkedTensors } from '../../onnx/external-data.js';
import { readModel } from '../../onnx/model-bytes.js';
import { type AnyHubModel, filesByRole, type HubFile, type ModelFile } from '../entry.js';
import { cachedFileOf } from './cached-file.js';
import { downloadBlob } from './download-blob.js';
import { blobPathOf, keepBranch, linkBlob, repoFolderOf, snapshotPathOf } from './hub-cache.js';
import { type HubAccess, hubUrlOf } from './hub-request.js';
import { keepRecord, type PulledModel } from './pulled-models.js';
import { type RemoteFile, remoteFileOf } from './remote-file.js';
import { taggedSumOf } from './tagged-sum.js';

/** What happens in a pull. */
export type PullEvent =
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'present'; readonly path: string; readonly bytes: number }
  | { readonly kind: 'progress'; readonly path: string; readonly done: number; readonly bytes: number }
  | { readonly kind: 'verified'; readonly path: string; readonly bytes: number; readonly sha256: string };

/** Options of {@link pullModel}. */
export interface PullOptions extends HubAccess {
  readonly onEvent?: (event: PullEvent) => void;
}

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_AGAIN = 250;

/**
 * Downloads a model of the catalogue into the hub's cache, or finds it there, and checks every file.
 *
 * Two processes that pull the same repository share one download: the second waits and finds the files.
 *
 * @throws SamError `download-failed`, `bad-model` for wrong bytes, `unwritable-output`, `bad-usage` when HF_HUB_OFFLINE is set and files are
 *   missing.
 */
export async function pullModel(model: AnyHubModel, options: PullOptions = {}): Promise<PulledModel> {
  const lock = await lockOf(model, options);
  try {
    const files: Record<string, ModelFile> = {};
    for (const [role, file] of Object.entries(filesByRole(model))) files[role] = await pullFile(model, file, options);
    const pulled = { name: model.name, repo: model.source.repo, files };
    await keepRecord(pulled);
    return pulled;
  } finally {
    await lock.release();
  }
}

async function lockOf({ source }: AnyHubModel, { onEvent, signal }: PullOptions): Promise<FileLock> {
  const path = join(repoFolderOf(source.repo), 'sam-cli.lock');
  for (let told = false; ; ) {
    try {
      return await FileLock.take(path, { place: `the download of ${source.repo}`, ...(signal && { signal }) });
    } catch (error) {
      if (!(error instanceof SamError) || error.code !== 'run-in-use') throw error;
      if (!told) onEvent?.({ kind: 'waiting', message: 'another process is downloading this model; waiting for it' });
      told = true;
      await wait(LOOK_AGAIN, undefined, signal && { signal });
    }
  }
}

async function pullFile(model: AnyHubModel, file: HubFile, options: PullOptions): Promise<ModelFile> {
  const own = await pullBytes(model, file, options);
  const isUnknownGraph = file.sha256 === undefined && file.path.endsWith('.onnx');
  const beside = file.externalData ?? (isUnknownGraph ? await externalFilesOf(own.path, file.path) : []);
  const externalData: ModelFile[] = [];
  for (const each of beside) externalData.push(await pullBytes(model, each, options));
  return { ...own, ...(externalData.length > 0 && { externalData }) };
}

/** Files that a model names as those of its weights, where nobody listed them before. */
async function externalFilesOf(path: string, inRepo: string): Promise<HubFile[]> {
  const pieces = checkedTensors(readModel(await readFile(path)));
  const locations = new Set(pieces.map(({ location }) => location));
  return [...locations].map((location) => ({ path: posix.join(dirname(inRepo), location) }));
}

async function pullBytes({ source }: AnyHubModel, file: HubFile, options: PullOptions): Promise<ModelFile> {
  const { repo, revision } = source;
  const { onEvent } = options;
  const isOffline = /^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? '');
  const cached = await cachedFileOf(source, file, isOffline);
  if (cached) {
    onEvent?.({ kind: 'present', path: file.path, bytes: cached.bytes });
    return cached;
  }
  if (isOffline) {
    throw new SamError(
      'bad-usage',
      `Expected ${file.path} of ${repo} in the cache but it is not, and HF_HUB_OFFLINE is set`,
    );
  }
  const remote = await remoteFileOf(options, repo, revision, file.path);
  const { bytes, tag, commit } = remote;
  if (file.sha256 !== undefined && file.sha256 !== tag) {
    throw new SamError(
      'bad-model',
      `Expected ${file.path} of ${repo} with sha256 ${file.sha256} but the hub has ${tag}`,
      'The file was changed after it was looked at for this catalogue; nothing was downloaded.',
    );
  }
  const blob = blobPathOf(repo, tag);
  const path = snapshotPathOf(repo, commit, file.path);
  let sum = await sumIfTagged(blob, remote);
  if (sum) onEvent?.({ kind: 'present', path: file.path, bytes });
  else {
    const url = hubUrlOf(options, repo, commit, file.path);
    sum = await downloadBlob(blob, { url, bytes, tag }, options, (done) =>
      onEvent?.({ kind: 'progress', path: file.path, done, bytes }),
    );
    onEvent?.({ kind: 'verified', path: file.path, ...sum });
  }
  await linkBlob(blob, path);
  if (revision !== commit) await keepBranch(repo, revision, commit);
  return { path, ...sum };
}

/** The sum of a file that is what the hub says; undefined when it is not there or another one. */
async function sumIfTagged(path: string, { bytes, tag }: RemoteFile): Promise<FileSum | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== bytes) return undefined;
  const { tag: own, ...sum } = await taggedSumOf(path, tag);
  return own === tag ? sum : undefined;
}
