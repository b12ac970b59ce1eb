import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SamError } from '../../errors.js';

/** Pauses before a second and a third try, for servers that are busy for a moment. */
const PAUSES_MILLISECONDS = [500, 2000];
const DEFAULT_TIMEOUT_SECONDS = 60;
const LARGEST_DOWNLOAD = 1024 * 1024 * 1024;

/** An answer that another try may better. */
class PassingFailure extends Error {}

async function boundedBytesOf(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // a server may send without end, whatever it announced
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_DOWNLOAD) throw new Error(`it sends more than ${LARGEST_DOWNLOAD} bytes`);
  }
  return Buffer.concat(chunks);
}

async function oneTry(url: string, signal: AbortSignal): Promise<Buffer> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new PassingFailure(messageOf(error) + cause);
  }
  if (!response.ok) {
    await response.body?.cancel();
    const message = `the server answered ${response.status} ${response.statusText}`.trimEnd();
    throw response.status === 429 || response.status >= 500 ? new PassingFailure(message) : new Error(message);
  }
  return boundedBytesOf(response);
}

/**
 * The bytes behind a URL. A server that is away or busy is asked three times.
 *
 * @param timeoutSeconds - Bounds all tries together. @default 60
 * @throws SamError `download-failed` or `timeout`.
 */
export async function downloadedBytes(url: string, timeoutSeconds: number = DEFAULT_TIMEOUT_SECONDS): Promise<Buffer> {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  for (let attempt = 0; ; attempt++) {
    try {
      return await oneTry(url, signal);
    } catch (error) {
      if (signal.aborted) {
        throw new SamError('timeout', `Expected ${url} within ${timeoutSeconds} s but it took longer`);
      }
      if (!(error instanceof PassingFailure) || attempt === PAUSES_MILLISECONDS.length) {
        throw new SamError('download-failed', `Could not download ${url}: ${messageOf(error)}`);
      }
      await sleep(PAUSES_MILLISECONDS[attempt], undefined, { signal }).catch(() => undefined);
    }
  }
}
