import { SamError } from '../../../errors.js';
import { type HubAccess, hubFetch, hubHeaders, hubUrlOf, retried } from './hub-request.js';
import { isGitId } from './tagged-sum.js';

/** What the hub says of a file. */
export interface RemoteFile {
  readonly commit: string;
  /** What the hub knows its bytes by: their sha256, or, of small files that git keeps itself, git's id of them. */
  readonly tag: string;
  readonly bytes: number;
}

const MAX_REDIRECTS = 5;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * What the hub says of a file, without its bytes.
 *
 * The commit, sum and size are in the hub's own answer (`X-Repo-Commit`, `X-Linked-ETag`, `X-Linked-Size`), which then sends elsewhere for
 * the bytes, or, of small files, in the answer that has the bytes (`ETag`, `Content-Length`); only redirects within the hub, of renamed repositories, are followed.
 *
 * @throws SamError `download-failed`, or `bad-model` when the hub does not know the file's sum.
 */
export function remoteFileOf(access: HubAccess, repo: string, revision: string, path: string): Promise<RemoteFile> {
  const first = hubUrlOf(access, repo, revision, path);
  return retried(first, access, async () => {
    let url = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const init = { method: 'HEAD', redirect: 'manual', headers: hubHeaders(access) } as const;
      const { headers, status } = await hubFetch(url, { ...init, ...(access.signal && { signal: access.signal }) });
      const location = headers.get('location');
      // of a file that git keeps there may be no size yet: it is said where the hub sends on to
      const isLinked = headers.has('x-linked-etag') && headers.has('x-linked-size');
      if (status >= 300 && !isLinked && location) {
        const next = new URL(location, url);
        // what is elsewhere is the bytes; the hub itself said nothing of them
        if (next.host !== new URL(url).host) break;
        url = next.href;
        continue;
      }
      return described(headers, revision, first);
    }
    throw unknownSum(first);
  });
}

function described(headers: Headers, revision: string, url: string): RemoteFile {
  const tag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\//, '').replaceAll('"', '');
  const bytes = Number(headers.get('x-linked-size') ?? headers.get('content-length') ?? Number.NaN);
  const commit = headers.get('x-repo-commit') ?? revision;
  if (!(SHA256.test(tag) || isGitId(tag)) || !Number.isSafeInteger(bytes) || !/^[\w.-]+$/.test(commit))
    throw unknownSum(url);
  return { commit, tag, bytes };
}

function unknownSum(url: string): SamError {
  return new SamError('bad-model', `Expected the sha256 of ${url} in X-Linked-ETag but the server did not name it`);
}
