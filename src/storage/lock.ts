/**
 * One process at a time: two in a run folder would write the same journal.
 *
 * A lock is a file that names its process. A killed process leaves it behind; it is then void, and the next one takes its place.
 * Several may find a lock void at the same moment. So whoever wants to replace or remove the lock with token T first makes the file
 * `<lock>.after-T`, which only one can, and then looks whether the lock still has token T. That file is itself such a lock: when
 * its process dies, it is replaced in the same way.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SamError } from '../errors.js';
import {
  BEAT_MILLISECONDS,
  type FoundLockFile,
  findLock,
  holderOf,
  type LockContent,
  SILENCE_MILLISECONDS,
} from './lock-file.js';
import { inUse, waitingInWords } from './lock-words.js';
import { ownIdentity } from './process-identity.js';
import type { LockHolder, LockOptions, StorageLock } from './storage.js';
import { BEATS_AT_LEAST, type LockTiming, watchLock } from './watch-lock.js';
import { unwritable } from './write-atomic.js';

/** Options of {@link FileLock}. */
export interface FileLockOptions extends LockOptions {
  /** What is locked, in words. @default the lock's folder */
  readonly place?: string;
  /** @default a beat each 5 s, dead after 60 s of silence */
  readonly timing?: LockTiming;
}

const USUAL_TIMING: LockTiming = { beat: BEAT_MILLISECONDS, silence: SILENCE_MILLISECONDS };

/** A file that stays is swept up by the next process that takes the lock. */
async function removeQuietly(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** Gives a file another name. @returns false when something has that name. */
async function linked(path: string, name: string): Promise<boolean> {
  try {
    await link(path, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The file that only one process can make: the one which may replace or remove the lock with that token. */
function afterName(path: string, token: string): string {
  return `${path}.after-${token}`;
}

/** The process that holds a lock file, as far as it can be told at once; undefined when none does. */
export async function lockHolderOf(path: string): Promise<LockHolder | undefined> {
  return holderOf(await findLock(path));
}

/** A lock file of this process. */
export class FileLock implements StorageLock {
  readonly #path: string;
  readonly #token: string;
  /** The file before it is the lock: a lock is never seen half-written. */
  readonly #candidate: string;
  /** Stays open: signs of life go to this file, whoever has its name. */
  readonly #file: FileHandle;
  #beat: NodeJS.Timeout | undefined;

  private constructor(path: string, token: string, file: FileHandle) {
    this.#path = path;
    this.#token = token;
    this.#candidate = `${path}.${token}`;
    this.#file = file;
  }

  /**
   * Takes a lock; folders are made. A process of this machine that holds it is found at once; one of another machine is watched
   * until it gave signs of life, or none for a minute.
   *
   * @throws SamError `run-in-use` when another process holds it, `unwritable-output`; the signal's reason.
   */
  static async take(path: string, options: FileLockOptions = {}): Promise<FileLock> {
    const { timing = USUAL_TIMING, signal } = options;
    try {
      signal?.throwIfAborted();
      await mkdir(dirname(path), { recursive: true });
      const lock = await FileLock.#candidateFor(path);
      try {
        await lock.#waitForTurn(timing, options);
      } catch (error) {
        await lock.#file.close();
        throw error;
      } finally {
        await removeQuietly(lock.#candidate);
      }
      await lock.#removeRemains().catch(() => undefined);
      lock.#beat = setInterval(() => void lock.#sayAlive().catch(() => undefined), timing.beat);
      lock.#beat.unref();
      return lock;
    } catch (error) {
      if (error instanceof SamError || (signal?.aborted && error === signal.reason)) throw error;
      throw unwritable(path, error);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    const turn = afterName(this.#path, this.#token);
    try {
      // whoever takes this process for dead may be replacing the lock just now
      if (await linked(this.#path, turn)) {
        const lock = await findLock(this.#path);
        if (lock?.token === this.#token) await rm(this.#path);
        await rm(turn);
      }
    } catch {
      // one that is left behind is void when this process has ended
    } finally {
      await this.#file.close();
    }
  }

  static async #candidateFor(path: string): Promise<FileLock> {
    const token = randomBytes(6).toString('hex');
    const content: LockContent = { ...(await ownIdentity()), token };
    const candidate = `${path}.${token}`;
    try {
      // in one go: whoever finds the file of a process that was killed must know whose it is
      writeFileSync(candidate, JSON.stringify(content), { flag: 'wx' });
      const file = await open(candidate, 'r+');
      // for other machines, and power cuts
      await file.sync();
      return new FileLock(path, token, file);
    } catch (error) {
      await removeQuietly(candidate);
      throw error;
    }
  }

  /** Makes the lock this process's own, after having watched those who may have it. */
  async #waitForTurn(
    timing: LockTiming,
    { place = dirname(this.#path), onWait, signal }: FileLockOptions,
  ): Promise<void> {
    const silent = new Set<string>();
    for (;;) {
      // it may have waited long
      await this.#sayAlive();
      const obstacle = await this.#claim(this.#path, silent);
      if (!obstacle) return;
      if (obstacle.state === 'held') throw inUse(place, obstacle);
      // most likely the container was started again: its processes are gone, and its name is the same
      const patience =
        obstacle.holder?.host === hostname() ? { ...timing, silence: BEATS_AT_LEAST * timing.beat } : timing;
      onWait?.(waitingInWords(place, obstacle, patience));
      const end = await watchLock(obstacle, () => findLock(obstacle.path), patience, signal);
      if (end === 'alive') throw inUse(place, obstacle);
      if (end === 'silent') silent.add(obstacle.token);
    }
  }

  /**
   * Makes the file of that name this process's own.
   *
   * @param silent - Tokens of locks whose processes were watched and are dead.
   * @returns what stands in the way; undefined when it is done.
   */
  async #claim(path: string, silent: ReadonlySet<string>): Promise<FoundLockFile | undefined> {
    for (;;) {
      if (await linked(this.#candidate, path)) return undefined;
      const there = await findLock(path);
      // given free meanwhile
      if (!there) continue;
      // network file systems may say that it was there when it was made just now
      if (there.token === this.#token) return undefined;
      if (there.state !== 'void' && !silent.has(there.token)) return there;
      const turn = afterName(path, there.token);
      const other = await this.#claim(turn, silent);
      if (other) return other;
      try {
        const still = await findLock(path);
        if (still?.token !== there.token) continue;
        const successor = `${this.#candidate}.successor`;
        await link(this.#candidate, successor);
        await rename(successor, path);
        return undefined;
      } finally {
        await removeQuietly(turn);
      }
    }
  }

  /** Removes what processes left that were killed while they took this lock. */
  async #removeRemains(): Promise<void> {
    const folder = dirname(this.#path);
    const prefix = `${basename(this.#path)}.`;
    for (const name of await readdir(folder)) {
      if (!name.startsWith(prefix) || name.includes(this.#token)) continue;
      const remains = await findLock(join(folder, name));
      // one that says nothing may be in the making
      const isOver = remains?.holder
        ? remains.state === 'void'
        : Date.now() - (remains?.beatAt ?? 0) > SILENCE_MILLISECONDS;
      if (isOver) await removeQuietly(join(folder, name));
    }
  }

  async #sayAlive(): Promise<void> {
    const now = new Date();
    await this.#file.utimes(now, now);
  }
}
