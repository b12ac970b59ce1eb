/**
 * Image embeddings on disk, so that a second pass over a folder costs no encoder.
 *
 * One file a tensor of an image's embedding, named by the sha256 of its pixels and of the encoder:
 * `<folder>/<encoder>/<2 digits>/<sha256>.<tensor>.<type>.npy`, in NumPy's format. Several
 * runs and machines can share a folder.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import type { Embedding, NamedTensor } from '../../sam/embedding.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { CacheFolder } from '../../storage/cache-folder.js';
import { floatsOfHalves, halfFloatsOf } from './half-floats.js';

/** Where embeddings are kept and how exactly. */
export interface EmbeddingCacheOptions {
  readonly folder: string;
  /** Half floats are half the size; masks differ in a few pixels on their border. */
  readonly type: 'fp16' | 'fp32';
}

/** Digits of the encoder's sha256 in the folder's name: enough to tell encoders apart. */
const ENCODER_DIGITS = 16;

/** Whose embeddings are kept, and who hears of trouble. */
export interface EncoderIdentity {
  /** Of the encoder's file, lower-case hex. */
  readonly sha256: string;
  /** Names of the tensors of its embeddings. */
  readonly tensorNames: readonly string[];
  /** Told once when embeddings cannot be kept. */
  readonly onNotice?: (message: string) => void;
}

/** Embeddings of one encoder. */
export class EmbeddingCache {
  readonly #isHalf: boolean;
  readonly #encoder: EncoderIdentity;
  readonly #files: CacheFolder;

  constructor({ folder, type }: EmbeddingCacheOptions, encoder: EncoderIdentity) {
    const { onNotice } = encoder;
    this.#isHalf = type === 'fp16';
    this.#encoder = encoder;
    this.#files = new CacheFolder(folder, { content: 'embeddings', ...(onNotice && { onNotice }) });
  }

  /** The files of an image's embedding below the folder, in the order of its tensors. */
  namesOf(image: RgbImage): string[] {
    return this.#namesUnder(sumOfImage(image));
  }

  #namesUnder(sha256: string): string[] {
    const { sha256: encoder, tensorNames } = this.#encoder;
    const stem = `${encoder.slice(0, ENCODER_DIGITS)}/${sha256.slice(0, 2)}/${sha256}`;
    return tensorNames.map((name) => `${stem}.${name}.${this.#isHalf ? 'fp16' : 'fp32'}.npy`);
  }

  /**
   * The embedding of an image: the one kept, or the one `encode` makes, which is then kept. Either way it has the numbers of the
   * files, so that the first pass and the second give the same masks.
   */
  embeddingOf(image: RgbImage, encode: () => Promise<Embedding>): Promise<Embedding> {
    return this.keptUnder(sumOfImage(image), encode);
  }

  /** As {@link embeddingOf}, of what a sha256 is known to stand for. */
  async keptUnder(sha256: string, encode: () => Promise<Embedding>): Promise<Embedding> {
    const names = this.#namesUnder(sha256);
    const kept = await Promise.all(names.map((name, i) => this.#read(name, this.#encoder.tensorNames[i])));
    if (kept.every((tensor) => tensor !== undefined)) return kept;
    return Promise.all((await encode()).map((tensor, i) => this.#keep(names[i], tensor)));
  }

  async #keep(name: string, tensor: NamedTensor): Promise<NamedTensor> {
    const values = this.#isHalf ? halfFloatsOf(tensor.data) : tensor.data;
    await this.#files.keep(name, npyOf(values, tensor.dims));
    return values instanceof Uint16Array ? { ...tensor, data: floatsOfHalves(values) } : tensor;
  }

  async #read(fileName: string, name: string): Promise<NamedTensor | undefined> {
    const bytes = await this.#files.read(fileName);
    // a file that is damaged is not there: it is made again
    const array = bytes && npyArrayOf(bytes, this.#isHalf ? '<f2' : '<f4');
    if (!array) return undefined;
    const { buffer } = array.data;
    return {
      name,
      dims: array.dims,
      data: this.#isHalf ? floatsOfHalves(new Uint16Array(buffer)) : new Float32Array(buffer),
    };
  }
}

/** The sha256 of an image's pixels and size. @returns Lower-case hex. */
export function sumOfImage({ data, width, height }: RgbImage): string {
  return createHash('sha256').update(`${width}x${height}\n`).update(data).digest('hex');
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
