import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SamError } from '../errors.js';
import { DataFault, piecesOf } from './file-data.js';
import type { FileData } from './storage.js';

/** Reasons that lie in the name of one file; every other file can still be written. */
const FAULTS_OF_A_NAME: ReadonlySet<string | undefined> = new Set(['ENAMETOOLONG', 'ENOTDIR', 'EISDIR', 'EEXIST']);
/** Pieces are gathered until they have about this many bytes: a call for each would take longer than writing it. */
const CHUNK_BYTES = 256 * 1024;

/** What a user is told when a result cannot be written: `unwritable-name` when only that one cannot, else `unwritable-output`. */
export function unwritable(path: string, error: unknown): SamError {
  const message = `Could not write ${path}: ${messageOf(error)}`;
  const reason = (error as NodeJS.ErrnoException).code;
  if (FAULTS_OF_A_NAME.has(reason)) return new SamError('unwritable-name', message);
  return new SamError(
    'unwritable-output',
    message,
    'Check free space and permissions, then run the same command again: it goes on where it was.',
  );
}

/** Options of {@link writeAtomic}. */
export interface WriteOptions {
  /** Where the file is until it is whole; must be on the same file system. @default beside the file */
  readonly temporaryFolder?: string;
  /** Whether the bytes are on the disk itself before the file gets its name, so that a power cut leaves no half file. @default true */
  readonly sync?: boolean;
}

/**
 * Writes a file that is either whole or not there: to a temporary name, flushed, then renamed. Folders are made.
 *
 * @throws SamError `unwritable-output` (or `unwritable-name`, see {@link unwritable}); what the data throws as it is. Nothing is
 *   left behind.
 */
export async function writeAtomic(path: string, data: FileData, options: WriteOptions = {}): Promise<void> {
  const { temporaryFolder = dirname(path), sync = true } = options;
  // without the file's name: one that just fits would not with more around it
  const temporary = join(temporaryFolder, `.${basename(path).slice(0, 32)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    if (temporaryFolder !== dirname(path)) await mkdir(temporaryFolder, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await writeTo(file, data);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof DataFault ? error.cause : unwritable(path, error);
  }
}

async function writeTo(file: FileHandle, data: FileData): Promise<void> {
  if (typeof data === 'string' || data instanceof Uint8Array) {
    await file.writeFile(data);
    return;
  }
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of piecesOf(data)) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < CHUNK_BYTES) continue;
    await file.writeFile(Buffer.concat(waiting));
    waiting = [];
    bytes = 0;
  }
  await file.writeFile(Buffer.concat(waiting));
}
