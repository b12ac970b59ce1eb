/**
 * Requests to the hub, or to what stands in for it: asked again when the network or the server may have changed their mind.
 *
 * @module
 */

import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, SamError } from '../../../errors.js';

/** How the hub is reached. */
export interface HubAccess {
  /** @default HF_ENDPOINT, or https://huggingface.co */
  readonly endpoint?: string;
  /** @default HF_TOKEN */
  readonly token?: string;
  /** Times that one request is made, at most. @default 6 */
  readonly tries?: number;
  /** Milliseconds before the second try; each further wait is twice as long. @default 500 */
  readonly firstWait?: number;
  /** Told why it takes a while, a sentence. */
  readonly onRetry?: (message: string) => void;
  readonly signal?: AbortSignal;
}

const USUAL_TRIES = 6;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 60_000;

/** A failure after which the same request may succeed. */
export class Passing extends Error {
  /** Milliseconds that the server asks to wait. */
  readonly wait: number | undefined;
  constructor(message: string, wait?: number) {
    super(message);
    this.wait = wait;
  }
}

/** Address of a file of a repository. */
export function hubUrlOf(access: HubAccess, repo: string, revision: string, path: string): string {
  const endpoint = (access.endpoint || process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  return `${endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Headers of every request. The token goes to the hub alone: fetch drops it when it is sent on to another host. */
export function hubHeaders({ token = process.env.HF_TOKEN }: HubAccess): Record<string, string> {
  // a compressed answer would have another length and no ranges
  return { 'accept-encoding': 'identity', ...(token && { authorization: `Bearer ${token}` }) };
}

/**
 * Tries until it works, while failures are {@link Passing}.
 *
 * @param attempt - Told how to say that it came further than before: tries are counted anew then.
 * @throws SamError `download-failed` after the last try; what else `attempt` throws as it is.
 */
export async function retried<T>(
  url: string,
  access: HubAccess,
  attempt: (progressed: () => void) => Promise<T>,
): Promise<T> {
  const { tries = USUAL_TRIES, firstWait = FIRST_WAIT, onRetry, signal } = access;
  let failures = 0;
  for (;;) {
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      failures++;
      if (failures >= tries) {
        throw new SamError('download-failed', `Could not download ${url} in ${tries} tries: ${error.message}`, GO_ON);
      }
      const milliseconds = Math.min(LONGEST_WAIT, error.wait ?? firstWait * 2 ** (failures - 1));
      onRetry?.(`${error.message}; trying again in ${(milliseconds / 1000).toFixed(1)} s`);
      await wait(milliseconds, undefined, signal && { signal });
    }
  }
}

const GO_ON = 'The same command goes on where it was. A mirror can be named by --endpoint or HF_ENDPOINT.';

/**
 * One request.
 *
 * @throws Passing for failures of the network, 408, 429 and 5xx; SamError `download-failed` for answers that will stay the same.
 */
export async function hubFetch(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    const { cause } = error as Error;
    throw new Passing(cause === undefined ? messageOf(error) : messageOf(cause));
  });
  if (response.ok || (response.status >= 300 && response.status < 400)) return response;
  await response.body?.cancel();
  const { status } = response;
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new Passing(`the server answered ${status}`, Number.isFinite(seconds) ? seconds * 1000 : undefined);
  }
  throw new SamError('download-failed', `Could not download ${url}: the server answered ${status}`, hintFor(status));
}

function hintFor(status: number): string | undefined {
  if (status === 401 || status === 403) {
    return 'This repository wants a token that may read it: put one into HF_TOKEN (https://huggingface.co/settings/tokens).';
  }
  if (status === 404)
    return 'The repository, revision or file is not there: has it moved, or does the mirror not have it?';
  return undefined;
}
