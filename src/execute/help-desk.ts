import type { MessagePort } from 'node:worker_threads';
import { type CropOffer, type FoundByBatch, isOpen, recallHelpers } from './crop-offer.js';

/** A crop on offer and who helps with it. */
interface OpenOffer {
  readonly offer: CropOffer;
  readonly helpers: Promise<FoundByBatch>[];
}

/** What a {@link HelpDesk} works with. */
export interface HelpDeskOptions {
  /** Worker threads without work. */
  readonly idle: () => number;
  /** Lets an idle worker thread help. */
  readonly help: (offer: CropOffer) => Promise<FoundByBatch>;
}

/** Brings worker threads that have no image of their own to those that have one, oldest offer first. */
export class HelpDesk {
  readonly #options: HelpDeskOptions;
  readonly #offers = new Set<OpenOffer>();

  constructor(options: HelpDeskOptions) {
    this.#options = options;
  }

  /** Takes an offer. Once its thread says that all is taken, it gets what the others found. */
  open(offer: CropOffer, port: MessagePort): void {
    const open: OpenOffer = { offer, helpers: [] };
    this.#offers.add(open);
    port.once('message', async () => {
      this.#offers.delete(open);
      // batches of a helper that was lost are missing, and the thread answers them itself
      const found = await Promise.all(open.helpers.map((helper) => helper.catch((): FoundByBatch => new Map())));
      port.postMessage(new Map(found.flatMap((each) => [...each])));
      port.close();
    });
    // a thread that ended has nothing left to be helped with
    port.once('close', () => this.#offers.delete(open));
    this.assign();
  }

  /** Sends idle worker threads to open offers. */
  assign(): void {
    for (const { offer, helpers } of this.#offers) {
      while (this.#options.idle() > 0 && isOpen(offer)) {
        recallHelpers(offer, false);
        helpers.push(this.#options.help(offer));
      }
    }
  }

  /** Asks all helpers to stop after their batch: an image waits for a worker thread. */
  recall(): void {
    for (const { offer } of this.#offers) recallHelpers(offer, true);
  }
}
