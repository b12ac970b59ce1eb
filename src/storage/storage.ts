/** Where bytes lie in a file: from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file that only grows, by whole records: it is valid up to its last record at any time. */
export interface AppendFile {
  /** Bytes in the file. */
  readonly length: number;
  /**
   * Appends one record; records asked for at the same time go one after the other.
   *
   * @param options - `sync` waits until the bytes outlive a power cut.
   * @throws SamError `unwritable-output`; the file is as it was.
   */
  append(record: string | Uint8Array, options?: { readonly sync?: boolean }): Promise<ByteRange>;
  /** Waits for what is being written and closes. */
  close(): Promise<void>;
}

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
}

/** A lock that this process holds. */
export interface StorageLock {
  /** Gives it free, if it is still this process's. */
  release(): Promise<void>;
}

/** How a lock is waited for. */
export interface LockOptions {
  /** Told, as a sentence for the user, why it takes a while. */
  readonly onWait?: (message: string) => void;
  /** Once aborted, waiting ends with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a file is written from: all of it, or piece by piece. */
export type FileData = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/**
 * A place for the files of a run: a folder of this machine, or a prefix of a bucket. Sinks and the run folder know nothing else of where files are.
 * Names are relative, with forward slashes; one that leads out of the place is refused (SamError `unsafe-path`).
 *
 * What is there and cannot be read is a SamError `bad-run-folder`.
 */
export interface Storage {
  /** The place in words, for messages: the folder's path, or an address. */
  readonly location: string;
  /** A name's place in words, for messages. */
  locate(name: string): string;
  /** The bytes of a file; undefined when there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** The bytes of a part of a file. @throws SamError `bad-run-folder` when it ends before, or is not there. */
  readRange(name: string, range: ByteRange): Promise<Uint8Array>;
  /** The bytes of a file in chunks, up to `end`. */
  stream(name: string, options?: { readonly end?: number }): AsyncIterable<Uint8Array>;
  /** Bytes of a file; undefined when there is none. */
  sizeOf(name: string): Promise<number | undefined>;
  /**
   * Writes a file that is either whole or not there.
   *
   * @throws SamError `unwritable-output`, or `unwritable-name` when only that name cannot be written; what the data throws as it
   *   is. Nothing is left behind.
   */
  write(name: string, data: FileData): Promise<void>;
  /**
   * Opens a file for appending, made if need be.
   *
   * @param keep - Bytes to keep; what lies behind them is cut off. @default all
   * @throws SamError `unwritable-output`; `bad-run-folder` when it has fewer bytes than that.
   */
  append(name: string, keep?: number): Promise<AppendFile>;
  /** Removes a file. @returns whether it was there. */
  remove(name: string): Promise<boolean>;
  /** Names of all files whose name begins so, in any order; those that are still being written are left out. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * Takes a lock. One that another machine may hold is waited for until that is known.
   *
   * @throws SamError `run-in-use` when another process holds it.
   */
  lock(name: string, options?: LockOptions): Promise<StorageLock>;
  /** Who holds a lock, as far as it can be told at once; undefined when nobody does. */
  lockHolder(name: string): Promise<LockHolder | undefined>;
  /** Removes what a killed process was writing. */
  removeTemporaryFiles(): Promise<void>;
}
