import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { SAM1_GEOMETRY } from '../../sam/geometry.js';
import type { CatalogueEntry, ImageTextEntry, ModelFile } from './entry.js';

/**
 * What a file of a model is known by wherever it lies: it changes with any byte of the graph or of the weights beside it. Of a file that
 * has no weights beside it, it is the file's own sha256.
 *
 * @returns Lower-case hex.
 */
export function sumOf({ sha256, externalData = [] }: ModelFile): string {
  if (externalData.length === 0) return sha256;
  const sums = [sha256, ...externalData.map((each) => each.sha256)];
  return createHash('sha256').update(sums.join('\n')).digest('hex');
}

/**
 * What the way a model is asked is known by, beside its files: how it sees images and what its tensors mean. Other pixel means, say, give
 * other masks.
 *
 * @returns Lower-case hex; undefined for SAM 1's usual way.
 */
export function waySumOf({ geometry, contract }: Pick<CatalogueEntry, 'geometry' | 'contract'>): string | undefined {
  if (isDeepStrictEqual(geometry, SAM1_GEOMETRY) && !contract.endsWith('.js')) return undefined;
  const way = Object.entries({ ...geometry, contract: basename(contract) }).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(way)).digest('hex');
}

/**
 * What the embeddings of a model are known by: its encoder, and the way it is asked.
 *
 * @returns Lower-case hex.
 */
export function embeddingSumOf(entry: Pick<CatalogueEntry, 'encoder' | 'geometry' | 'contract'>): string {
  const [encoder, way] = [sumOf(entry.encoder), waySumOf(entry)];
  return way === undefined ? encoder : createHash('sha256').update(`${encoder}\n${way}`).digest('hex');
}

/** What an image-text model is known by. */
export interface ImageTextSums {
  /** Of its vectors of images: the graph, and how it sees them. */
  readonly images: string;
  /** Of its vectors of texts: the graph, and the tokenizer. */
  readonly texts: string;
}

/** What the vectors of an image-text model are known by. Lower-case hex. */
export function imageTextSumsOf({ files, contract, view, tokens }: ImageTextEntry): ImageTextSums {
  const sumOfAll = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const { side, fit, resampling, mean, std } = view;
  return {
    images: sumOfAll(sumOf(files.vision), contract, side, fit, resampling, mean, std),
    texts: sumOfAll(...[files.text, files.tokenizer, files.tokenizerConfig].map(sumOf), contract, tokens),
  };
}
