/**
 * Image embeddings on disk, so that a second pass over a folder costs no encoder.
 *
 * One file a tensor of an image's embedding, named by the sha256 of its pixels and of the encoder:
 * `<folder>/<encoder>/<2 digits>/<sha256>.<tensor>.<type>.npy`, in NumPy's format. Files are written beside their place and renamed, so that several runs and machines can share a folder.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SamError } from '../../errors.js';
import type { Embedding, NamedTensor } from '../../sam/embedding.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { writeAtomic } from '../../storage/write-atomic.js';
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
  readonly #tensorNames: readonly string[];

  /**
   * @param encoderSha256 - Of the encoder's file, lower-case hex.
   * @param tensorNames - Names of the tensors of its embeddings.
   */
  constructor(options: EmbeddingCacheOptions, encoderSha256: string, tensorNames: readonly string[]) {
    this.#options = options;
    this.#encoderSha256 = encoderSha256;
    this.#tensorNames = tensorNames;
  }

  /** Where the tensors of an image's embedding are or would be, in the order of their names. */
  pathsOf({ data, width, height }: RgbImage): string[] {
    const { folder, type } = this.#options;
    const sha256 = createHash('sha256').update(`${width}x${height}\n`).update(data).digest('hex');
    const encoder = this.#encoderSha256.slice(0, ENCODER_DIGITS);
    return this.#tensorNames.map((name) => join(folder, encoder, sha256.slice(0, 2), `${sha256}.${name}.${type}.npy`));
  }

  /**
   * The embedding of an image: the one kept, or the one `encode` makes, which is then kept. Either way it has the numbers of the
   * files, so that the first pass and the second give the same masks.
   *
   * @throws SamError `unwritable-output` when it cannot be kept.
   */
  async embeddingOf(image: RgbImage, encode: () => Promise<Embedding>): Promise<Embedding> {
    const paths = this.pathsOf(image);
    const kept = await Promise.all(paths.map((path, i) => this.#read(path, this.#tensorNames[i])));
    if (kept.every((tensor) => tensor !== undefined)) return kept;
    return Promise.all((await encode()).map((tensor, i) => this.#keep(paths[i], tensor)));
  }

  async #keep(path: string, tensor: NamedTensor): Promise<NamedTensor> {
    const isHalf = this.#options.type === 'fp16';
    const values = isHalf ? halfFloatsOf(tensor.data) : tensor.data;
    await writeAtomic(path, npyOf(values, tensor.dims), { sync: false }).catch((error: unknown) => {
      throw new SamError(
        'unwritable-output',
        `Could not keep the embedding ${path}: ${messageOf(error)}`,
        'Check free space and permissions of the folder of --embeddings.',
      );
    });
    return isHalf ? { ...tensor, data: floatsOfHalves(values as Uint16Array) } : tensor;
  }

  async #read(path: string, name: string): Promise<NamedTensor | undefined> {
    const bytes = await readFile(path).catch(() => undefined);
    const isHalf = this.#options.type === 'fp16';
    // a file that is damaged is not there: it is made again
    const array = bytes && npyArrayOf(bytes, isHalf ? '<f2' : '<f4');
    if (!array) return undefined;
    const { buffer } = array.data;
    return {
      name,
      dims: array.dims,
      data: isHalf ? floatsOfHalves(new Uint16Array(buffer)) : new Float32Array(buffer),
    };
  }
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

/** The array of a file in NumPy's format, copied; undefined unless it is whole and of that type. */
function npyArrayOf(bytes: Buffer, type: string): { dims: number[]; data: Uint8Array<ArrayBuffer> } | undefined {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 8) !== '\x93NUMPY\x01\x00') return undefined;
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const shape = /'shape': \(([\d, ]+)\)/.exec(header)?.[1];
  if (!shape || !header.includes(`'${type}'`)) return undefined;
  const dims = shape.split(',').flatMap((side) => (side.trim() ? [Number(side)] : []));
  const length = dims.reduce((product, side) => product * side, 1);
  const data = new Uint8Array(bytes.subarray(start));
  return data.length === length * Number(type[2]) ? { dims, data } : undefined;
}
