/**
 * One process at a time, on object storage: a lock is an object that is only made where none is (`If-None-Match: *`), and only changed by
 * whoever knows it as it is (`If-Match`). Its process writes it anew every few seconds; one that is silent is taken over, as lock files are.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { SamError } from '../../errors.js';
import {
  BEAT_MILLISECONDS,
  type FoundLock,
  foundLockOf,
  type LockContent,
  SILENCE_MILLISECONDS,
} from '../lock-file.js';
import { inUse, waitingInWords } from '../lock-words.js';
import { ownIdentity } from '../process-identity.js';
import type { LockOptions, StorageLock } from '../storage.js';
import { BEATS_AT_LEAST, type LockTiming, watchLock } from '../watch-lock.js';
import { s3Text } from './s3-address.js';
import { s3FaultOf } from './s3-errors.js';
import type { S3Objects } from './s3-objects.js';
import { unwritableS3 } from './unwritable-s3.js';
import type { S3Condition } from './upload-parts.js';

/** Options of {@link S3Lock}. */
export interface S3LockOptions extends LockOptions {
  /** What is locked, in words. */
  readonly place: string;
  /** @default a beat each 5 s, dead after 60 s of silence */
  readonly timing?: LockTiming;
}

const USUAL_TIMING: LockTiming = { beat: BEAT_MILLISECONDS, silence: SILENCE_MILLISECONDS };
/** No object has this ETag. */
const NO_ETAG = '"00000000000000000000000000000000"';

/** A lock as it is in the bucket. */
export interface FoundS3Lock extends FoundLock {
  readonly etag: string;
}

/** Looks at a lock; undefined when there is none. */
export async function findS3Lock(objects: S3Objects, key: string): Promise<FoundS3Lock | undefined> {
  const found = await objects.get(key);
  if (!found) return undefined;
  const text = Buffer.from(found.bytes).toString('utf8');
  return { ...(await foundLockOf(text, found.modifiedAt)), sign: found.etag, etag: found.etag };
}

/** A lock of this process in a bucket. */
export class S3Lock implements StorageLock {
  readonly #objects: S3Objects;
  readonly #key: string;
  readonly #content: LockContent;
  #etag = '';
  #beats = 0;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<unknown> = Promise.resolve();

  private constructor(objects: S3Objects, key: string, content: LockContent) {
    this.#objects = objects;
    this.#key = key;
    this.#content = content;
  }

  /**
   * Takes a lock. A process of this machine that holds it is found at once; one of another machine is watched until it gave signs of life,
   * or none for a minute.
   *
   * @throws SamError `run-in-use` when another process holds it; `unwritable-output`, also when the server does not heed conditions; the
   *   signal's reason.
   */
  static async take(objects: S3Objects, key: string, options: S3LockOptions): Promise<S3Lock> {
    const { timing = USUAL_TIMING, signal } = options;
    signal?.throwIfAborted();
    const content = { ...(await ownIdentity()), token: randomBytes(6).toString('hex') };
    const lock = new S3Lock(objects, key, content);
    try {
      await lock.#waitForTurn(timing, options);
      await lock.#checkConditions();
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      if (s3FaultOf(error) === 'unsupported') throw lock.#needsConditions();
      throw unwritableS3({ bucket: objects.bucket, key }, error);
    }
    lock.#timer = setInterval(() => lock.#beat(), timing.beat);
    lock.#timer.unref();
    return lock;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    try {
      const there = await findS3Lock(this.#objects, this.#key);
      if (there?.token === this.#content.token) await this.#objects.remove([this.#key]);
    } catch {
      // one that is left behind is void when this process has ended
    }
  }

  async #waitForTurn(timing: LockTiming, { place, onWait, signal }: S3LockOptions): Promise<void> {
    const silent = new Set<string>();
    for (;;) {
      if (await this.#write({ isNew: true })) return;
      const there = await findS3Lock(this.#objects, this.#key);
      // given free meanwhile
      if (!there) continue;
      if (there.token === this.#content.token) return;
      if (there.state === 'void' || silent.has(there.token)) {
        if (await this.#write({ etag: there.etag })) return;
        continue;
      }
      if (there.state === 'held') throw inUse(place, there);
      // most likely the container was started again: its processes are gone, and its name is the same
      const patience =
        there.holder?.host === hostname() ? { ...timing, silence: BEATS_AT_LEAST * timing.beat } : timing;
      onWait?.(waitingInWords(place, there, patience));
      const end = await watchLock(there, () => findS3Lock(this.#objects, this.#key), patience, signal);
      if (end === 'alive') throw inUse(place, there);
      if (end === 'silent') silent.add(there.token);
    }
  }

  /** Writes the lock where that is so. @returns whether it is this process's now */
  async #write(condition: S3Condition): Promise<boolean> {
    const content = JSON.stringify({ ...this.#content, beats: this.#beats++ });
    try {
      this.#etag = await this.#objects.put(this.#key, Buffer.from(content), condition);
      return true;
    } catch (error) {
      const fault = s3FaultOf(error);
      // an object that is to be as it was, and is gone, is told as missing
      const isGone = fault === 'missing' && condition.etag !== undefined;
      if (fault !== 'condition' && !isGone) throw error;
    }
    // a second try after a lost answer is refused because the first was done
    const there = await findS3Lock(this.#objects, this.#key);
    if (there?.token !== this.#content.token) return false;
    this.#etag = there.etag;
    return true;
  }

  /** A server that passes over conditions would give the lock to everyone. */
  async #checkConditions(): Promise<void> {
    for (const condition of [{ isNew: true }, { etag: NO_ETAG }]) {
      const content = JSON.stringify({ ...this.#content, beats: this.#beats++ });
      try {
        await this.#objects.put(this.#key, Buffer.from(content), condition);
      } catch (error) {
        if (s3FaultOf(error) === 'condition') continue;
        await this.release();
        throw error;
      }
      await this.release();
      throw this.#needsConditions();
    }
  }

  #needsConditions(): SamError {
    const address = s3Text({ bucket: this.#objects.bucket, key: this.#key });
    return new SamError(
      'unwritable-output',
      `Expected a server that heeds If-None-Match and If-Match of a PUT for ${address} but it does not: two processes could write the same run`,
      'Write to a server that does, as AWS S3, or to a folder (docs/s3.md).',
    );
  }

  #beat(): void {
    this.#beating = this.#beating.then(async () => {
      // a beat that the network lost is followed by the next; a lock that was taken over is another's
      const isOwn = await this.#write({ etag: this.#etag }).catch(() => true);
      if (!isOwn) clearInterval(this.#timer);
    });
  }
}
