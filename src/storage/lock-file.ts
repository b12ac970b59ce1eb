import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fateOf, type ProcessIdentity } from './process-identity.js';
import type { LockHolder } from './storage.js';

/** A live process says so this often. */
export const BEAT_MILLISECONDS = 5_000;
/** A process that cannot be looked at and was silent for this long is dead. */
export const SILENCE_MILLISECONDS = 60_000;

/** Content of a lock file. */
export interface LockContent extends ProcessIdentity {
  /** No other lock has it. */
  readonly token: string;
}

/** A lock as it was when looked at. */
export interface FoundLock {
  readonly token: string;
  /** Undefined for a file that says nothing: a power cut may leave one. */
  readonly holder: ProcessIdentity | undefined;
  /** When its process last said that it lives, by the clock of whoever keeps the files; milliseconds since 1970. */
  readonly beatAt: number;
  /** Another one with each sign of life. */
  readonly sign: number | string;
  /** Whether its process holds it; `unknown` for one of another machine, which cannot be looked at from here. */
  readonly state: 'held' | 'void' | 'unknown';
}

/** A lock file as it was when looked at. */
export interface FoundLockFile extends FoundLock {
  readonly path: string;
}

async function stateOf(holder: ProcessIdentity | undefined, beatAt: number): Promise<FoundLock['state']> {
  if (!holder) return 'void';
  const fate = await fateOf(holder);
  if (fate === 'elsewhere') return 'unknown';
  if (fate === 'unsure') return Date.now() - beatAt > SILENCE_MILLISECONDS ? 'void' : 'held';
  return fate === 'alive' ? 'held' : 'void';
}

function contentOf(text: string): Partial<LockContent> | undefined {
  try {
    const content: Partial<LockContent> = JSON.parse(text);
    return typeof content.pid === 'number' && typeof content.host === 'string' ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Looks at a lock file; undefined when there is none. */
export async function findLock(path: string): Promise<FoundLockFile | undefined> {
  let text: string;
  let beatAt: number;
  try {
    // opened, since network file systems may answer a mere question from what they knew a minute ago
    const file = await open(path, 'r');
    try {
      text = await file.readFile('utf8');
      beatAt = (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return { path, ...(await foundLockOf(text, beatAt)) };
}

/** What the text of a lock says. @param beatAt - See {@link FoundLock} */
export async function foundLockOf(text: string, beatAt: number): Promise<FoundLock> {
  const content = contentOf(text);
  // a lock of an earlier version has none, and a file that anyone may write must not name others
  const isToken = content?.token !== undefined && /^[0-9a-f]{12}$/.test(content.token);
  const token: string = isToken ? content.token : createHash('sha256').update(text).digest('hex').slice(0, 12);
  const holder = content as ProcessIdentity | undefined;
  return { token, holder, beatAt, sign: beatAt, state: await stateOf(holder, beatAt) };
}

/** The process that holds a lock, as far as it can be told at once; undefined when none does. */
export function holderOf(lock: FoundLock | undefined): LockHolder | undefined {
  if (!lock?.holder || lock.state === 'void') return undefined;
  if (lock.state === 'unknown' && Date.now() - lock.beatAt > SILENCE_MILLISECONDS) return undefined;
  const { pid, host } = lock.holder;
  return { pid, host };
}
