import type { MessagePort } from 'node:worker_threads';
import { type CropOffer, type FoundByBatch, isOpen, recallHelpers } from './crop-offer.js';

/** A crop on offer and who helps with it. */
interface OpenOffer {
  readonly offer: CropOffer;
  readonly helpers: Promise<FoundByBatch>[];
}

/** What a {@link CropHelpers} works with. */
export interface CropHelpersOptions {
  /** Worker threads without work. */
  readonly idle: () => number;
  /** Lets an idle worker thread help. */
  readonly help: (offer: CropOffer) => Promise<FoundByBatch>;
}

/** Brings worker threads that have no image of their own to those that have one, oldest offer first. */
export class CropHelpers {
  readonly #options: CropHelpersOptions;
  readonly #offers = new Set<OpenOffer>();

  constructor(options: CropHelpersOptions) {
    this.#options = options;
  }

  /** Takes an offer. Once its thread says that all is taken, it gets what the others found. */
  open(offer: CropOffer, port: MessagePort): void {
    const open: OpenOffer = { offer, helpers: [] };
    this.#offers.add(open);
    port.once('message', async () => {
      this.#offers.delete(open);
      const found = await Promise.all(open.helpers);
      port.postMessage(new Map(found.flatMap((each) => [...each])));
      port.close();
    });
    // a thread that ended, or gave its image up, has nothing left to be helped with
    port.once('close', () => {
      this.#offers.delete(open);
      recallHelpers(offer, true);
    });
    this.assign();
  }

  /** Sends idle worker threads to open offers. */
  assign(): void {
    for (const open of this.#offers) {
      while (this.#options.idle() > 0 && isOpen(open.offer)) {
        recallHelpers(open.offer, false);
        open.helpers.push(this.#help(open));
      }
    }
  }

  /** What an idle worker thread finds; nothing if it is lost: its batches are missing then, and the thread that offered answers them itself. */
  async #help(open: OpenOffer): Promise<FoundByBatch> {
    try {
      return await this.#options.help(open.offer);
    } catch {
      // a worker that fails at once would be asked again at once
      this.#offers.delete(open);
      return new Map();
    }
  }

  /** Asks all helpers to stop after their batch: an image waits for a worker thread. */
  recall(): void {
    for (const { offer } of this.#offers) recallHelpers(offer, true);
  }
}
