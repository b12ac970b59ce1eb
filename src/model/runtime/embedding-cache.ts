/**
 * Image embeddings on disk, so that a second pass over a folder costs no encoder.
 *
 * One file an image, named by the sha256 of its pixels and of the encoder: `<folder>/<encoder>/<2 digits>/<sha256>.<type>.npy`, in
 * NumPy's format. Files are written beside their place and renamed, so that several runs and machines can share a folder.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { keepFile } from '../../storage/keep-file.js';
import { floatsOfHalves, halfFloatsOf } from './half-floats.js';

/** Where embeddings are kept and how exactly. */
export interface EmbeddingCacheOptions {
  readonly folder: string;
  /** Half floats are half the size; masks differ in a few pixels on their border. */
  readonly type: 'fp16' | 'fp32';
}

/** Digits of the encoder's sha256 in the folder's name: enough to tell encoders apart. */
const ENCODER_DIGITS = 16;

/** Embeddings of one encoder. */
export class EmbeddingCache {
  readonly #options: EmbeddingCacheOptions;
  readonly #encoderSha256: string;

  /** @param encoderSha256 - Of the encoder's file, lower-case hex. */
  constructor(options: EmbeddingCacheOptions, encoderSha256: string) {
    this.#options = options;
    this.#encoderSha256 = encoderSha256;
  }

  /** Where the embedding of an image is or would be. */
  pathOf({ data, width, height }: RgbImage): string {
    const { folder, type } = this.#options;
    const sha256 = createHash('sha256').update(`${width}x${height}\n`).update(data).digest('hex');
    const encoder = this.#encoderSha256.slice(0, ENCODER_DIGITS);
    return join(folder, encoder, sha256.slice(0, 2), `${sha256}.${type}.npy`);
  }

  /**
   * The embedding of an image: the one kept, or the one `encode` makes, which is then kept. Either way it has the numbers of the
   * file, so that the first pass and the second give the same masks.
   *
   * @throws SamError `unwritable-output` when it cannot be kept.
   */
  async embeddingOf(image: RgbImage, encode: () => Promise<Float32Array>): Promise<Float32Array> {
    const path = this.pathOf(image);
    const kept = await this.#read(path);
    if (kept) return kept;
    const embedding = await encode();
    const isHalf = this.#options.type === 'fp16';
    const values = isHalf ? halfFloatsOf(embedding) : embedding;
    await keepFile(path, npyOf(values, shapeOf(embedding.length))).catch((error: unknown) => {
      throw new SamError(
        'unwritable-output',
        `Could not keep the embedding ${path}: ${messageOf(error)}`,
        'Check free space and permissions of the folder of --embeddings.',
      );
    });
    return isHalf ? floatsOfHalves(values as Uint16Array) : embedding;
  }

  async #read(path: string): Promise<Float32Array | undefined> {
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) return undefined;
    const isHalf = this.#options.type === 'fp16';
    const data = npyDataOf(bytes, isHalf ? '<f2' : '<f4');
    // a file that is damaged is not there: it is made again
    if (!data || data.length % (isHalf ? 2 : 4) !== 0) return undefined;
    return isHalf ? floatsOfHalves(new Uint16Array(data.buffer)) : new Float32Array(data.buffer);
  }
}

/** Embeddings are [C, 64, 64] in every SAM-1. */
function shapeOf(length: number): number[] {
  const side = 64;
  return length % side ** 2 === 0 ? [length / side ** 2, side, side] : [length];
}

/** An array in NumPy's format, version 1.0. */
function npyOf(values: Uint16Array | Float32Array, shape: readonly number[]): Uint8Array {
  const type = values instanceof Uint16Array ? '<f2' : '<f4';
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  // magic, version and length take 10 bytes; data begins at a multiple of 64
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${header}`, 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
}

/** The data of a file in NumPy's format, copied; undefined unless it is whole and of that type. */
function npyDataOf(bytes: Buffer, type: string): Uint8Array<ArrayBuffer> | undefined {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 8) !== '\x93NUMPY\x01\x00') return undefined;
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const shape = /'shape': \(([\d, ]+)\)/.exec(header)?.[1];
  if (!shape || !header.includes(`'${type}'`)) return undefined;
  const length = shape.split(',').reduce((product, side) => (side.trim() ? product * Number(side) : product), 1);
  const data = new Uint8Array(bytes.subarray(start));
  return data.length === length * Number(type[2]) ? data : undefined;
}
