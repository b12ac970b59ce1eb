import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { SamError } from '../errors.js';
import { unwritable } from './write-atomic.js';

/** A live run says so this often. */
const BEAT_MILLISECONDS = 5_000;
/** A run that was silent for this long is dead, or as good as. */
const DEAD_AFTER_MILLISECONDS = 60_000;

/** Who has a run folder. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // someone else's process is alive too
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process that works in a run folder now; undefined when none does. */
export async function lockHolderOf(path: string): Promise<LockHolder | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const holder: LockHolder = JSON.parse(text);
    if (Date.now() - mtimeMs > DEAD_AFTER_MILLISECONDS) return undefined;
    if (holder.host !== hostname()) return holder;
    return holder.pid !== process.pid && isAlive(holder.pid) ? holder : undefined;
  } catch {
    // gone meanwhile, or never written to its end
    return undefined;
  }
}

/**
 * One process at a time in a run folder: two would write the same journal. A killed process leaves its lock behind; it is void
 * when the process is gone or was silent for a minute.
 */
export class RunLock {
  readonly #path: string;
  readonly #beat: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#beat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, BEAT_MILLISECONDS);
    this.#beat.unref();
  }

  /** @throws SamError `run-in-use` when another process works there, `unwritable-output`. */
  static async take(path: string): Promise<RunLock> {
    const mine = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(dirname(path), { recursive: true });
      const holder: LockHolder = { pid: process.pid, host: hostname() };
      await writeFile(mine, JSON.stringify(holder));
      for (let attempt = 0; attempt < 3; attempt++) {
        // a link to a finished file: the lock is never seen half-written
        const taken = await link(mine, path).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'EEXIST') return false;
            throw error;
          },
        );
        if (taken) return new RunLock(path);
        const other = await lockHolderOf(path);
        if (other) {
          throw new SamError(
            'run-in-use',
            `Expected ${dirname(path)} for one process but process ${other.pid} on ${other.host} works there`,
            'Give each process an output folder of its own (and --shard), or wait until that one ends.',
          );
        }
        await rename(path, `${mine}.void`).catch(() => undefined);
        await rm(`${mine}.void`, { force: true });
      }
      throw new Error('another process keeps taking it');
    } catch (error) {
      if (error instanceof SamError) throw error;
      throw unwritable(path, error);
    } finally {
      await rm(mine, { force: true }).catch(() => undefined);
    }
  }

  /** Gives the folder free. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}
