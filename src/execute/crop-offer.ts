/**
 * How worker threads share the points of one crop: what one offers, how the others take batches of it, and how the answers come back.
 *
 * The batches are taken from a counter in shared memory, by whoever is free. The thread that offers a crop also selects among its masks, so
 * what the others found travels back to it; masks are put in the order of their batches, and so do not depend on who answered.
 *
 * @module
 */

import { once } from 'node:events';
import { MessageChannel, type MessagePort, type Transferable } from 'node:worker_threads';
import { openCrop } from '../amg/candidates/encoded-crop.js';
import { type BatchesToTake, foundInBatches } from '../amg/found-in-batches.js';
import type { CropToAsk, ShareCrop } from '../amg/shared-crop.js';
import type { SamModel } from '../model/runtime/load-model.js';
import type { Embedding } from '../sam/embedding.js';
import type { FoundMask } from '../sam/found-mask.js';

/** Cells of {@link CropOffer.cells}. */
const [NEXT, ANSWERED, RECALLED] = [0, 1, 2];
const CELLS = 3;

/** A crop that a worker thread offers to the others. */
export interface CropOffer {
  /** Its embedding lies in shared memory. */
  readonly crop: CropToAsk;
  /** In shared memory: the next batch, the points answered, and whether helpers are wanted elsewhere. */
  readonly cells: Int32Array;
}

/** What others found, by the index of the batch. */
export type FoundByBatch = ReadonlyMap<number, readonly FoundMask[]>;

/** Posts an offer to the main thread, which answers at the port with a {@link FoundByBatch} once it is told that all is taken. */
export type PostOffer = (offer: CropOffer, port: MessagePort, transfer: readonly Transferable[]) => void;

/** Offers the crops of a generator to other worker threads. */
export function cropSharing(post: PostOffer): ShareCrop {
  return (crop) => {
    const cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
    const { port1, port2 } = new MessageChannel();
    const shared = {
      ...crop,
      embedding: crop.embedding.map((tensor) => ({ ...tensor, data: sharedCopy(tensor.data) })),
    };
    post({ crop: shared, cells }, port2, [port2]);
    return {
      ...batchesToTake(cells, crop.batches.length),
      async others() {
        port1.postMessage('taken');
        const [found] = (await once(port1, 'message')) as [FoundByBatch];
        return found;
      },
      close: () => port1.close(),
    };
  };
}

/** Answers batches of another thread's crop until none is left, or until this thread is wanted elsewhere. */
export async function helpWith(model: SamModel, { crop, cells }: CropOffer): Promise<FoundByBatch> {
  const toTake = batchesToTake(cells, crop.batches.length);
  if (Atomics.load(cells, NEXT) >= crop.batches.length) return new Map();
  const [x0, y0, x1, y1] = crop.crop.boxXyxy;
  const encoded = await model.withEmbedding(ownCopy(crop.embedding), x1 - x0, y1 - y0);
  const seconds = { encode: 0, decode: 0, select: 0, finish: 0 };
  const take = () => (Atomics.load(cells, RECALLED) === 1 ? undefined : toTake.take());
  return foundInBatches(openCrop(model.geometry, encoded, crop, seconds), crop.batches, { ...toTake, take });
}

/** Asks the helpers of an offer to stop after their batch, or lets them go on. */
export function recallHelpers({ cells }: CropOffer, isWanted: boolean): void {
  Atomics.store(cells, RECALLED, isWanted ? 1 : 0);
}

/** Whether batches of an offer are left. */
export function isOpen({ cells, crop }: CropOffer): boolean {
  return Atomics.load(cells, NEXT) < crop.batches.length;
}

function batchesToTake(cells: Int32Array, count: number): BatchesToTake {
  return {
    take() {
      const index = Atomics.add(cells, NEXT, 1);
      return index < count ? index : undefined;
    },
    answered: (points) => Atomics.add(cells, ANSWERED, points) + points,
  };
}

function sharedCopy(data: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}

/** onnxruntime takes no shared memory. */
function ownCopy(embedding: Embedding): Embedding {
  return embedding.map((tensor) => ({ ...tensor, data: tensor.data.slice() }));
}
