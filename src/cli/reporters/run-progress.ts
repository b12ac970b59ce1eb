import type { RunEvent } from '../../dataset/scheduler/events.js';

/** A crop of an image, 1 the first. */
export interface CropPlace {
  readonly crop: number;
  readonly crops: number;
}

/** What can be shown of a run at one moment. */
export interface ProgressView {
  readonly stage: 'planning' | 'loading' | 'working';
  /** Images found while they are looked for. */
  readonly found: number;
  /** Images to do. */
  readonly total: number;
  /** Images done or failed. */
  readonly settled: number;
  readonly masks: number;
  readonly failures: number;
  readonly elapsedSeconds: number;
  /** Undefined before anything is known. */
  readonly leftSeconds: number | undefined;
  /** Undefined before anything is known. */
  readonly imagesPerMinute: number | undefined;
  /** Of the image that was begun first, of those being worked on, if it has crops. */
  readonly crop: CropPlace | undefined;
  /** Images still being finished since Ctrl-C; undefined before it. */
  readonly finishing: number | undefined;
}

/** What is known of an image that is being worked on. */
interface InWork {
  /** Of its points that are answered, 0 to 1. */
  share: number;
  crop?: CropPlace;
}

/** Listens to a run and knows at any moment how far it is. */
export class RunProgress {
  readonly #now: () => number;
  /** In the order in which they were begun. */
  readonly #inWork = new Map<string, InWork>();
  #stage: ProgressView['stage'] = 'planning';
  #found = 0;
  #total = 0;
  #images = 0;
  #masks = 0;
  #failures = 0;
  #isInterrupted = false;
  #startedAt = 0;
  /** When the last point was answered or image settled, and what was known then: between two of them only the clock goes on. */
  #lastAt = 0;
  #leftThen: number | undefined;
  #rateThen: number | undefined;

  /** @param now - A clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Images done or failed, and the shares of those being worked on. */
  get imagesWorth(): number {
    let shares = 0;
    for (const { share } of this.#inWork.values()) shares += share;
    return Math.min(this.#total, this.#images + this.#failures + shares);
  }

  /** Takes notice of an event. */
  hear(event: RunEvent): void {
    switch (event.event) {
      case 'planning':
        this.#found = event.images;
        return;
      case 'loading_model':
        this.#stage = 'loading';
        return;
      case 'run_started':
        this.#stage = 'working';
        this.#total = event.images;
        this.#startedAt = this.#now();
        return;
      case 'image_started':
        this.#inWork.set(event.image, { share: 0 });
        return;
      case 'image_progress':
        this.#work(event.image).share = event.points / event.total_points;
        break;
      case 'image_crop':
        this.#work(event.image).crop = event;
        return;
      case 'image_done':
        this.#images++;
        this.#masks += event.masks;
        this.#inWork.delete(event.image);
        break;
      case 'image_failed':
        this.#failures++;
        this.#inWork.delete(event.image);
        break;
      case 'interrupted':
        this.#isInterrupted = true;
        return;
      case 'notice':
      case 'run_finished':
        return;
    }
    this.#estimate();
  }

  /** How far the run is now. */
  view(): ProgressView {
    const now = this.#now();
    const elapsedSeconds = this.#stage === 'working' ? (now - this.#startedAt) / 1000 : 0;
    const [first] = this.#inWork.values();
    return {
      stage: this.#stage,
      found: this.#found,
      total: this.#total,
      settled: this.#images + this.#failures,
      masks: this.#masks,
      failures: this.#failures,
      elapsedSeconds,
      // late is not ready
      leftSeconds: this.#leftThen && Math.max(1, this.#leftThen - (now - this.#lastAt) / 1000),
      imagesPerMinute: this.#rateThen,
      crop: first?.crop,
      finishing: this.#isInterrupted ? this.#inWork.size : undefined,
    };
  }

  #work(image: string): InWork {
    const known = this.#inWork.get(image);
    if (known) return known;
    const work: InWork = { share: 0 };
    this.#inWork.set(image, work);
    return work;
  }

  #estimate(): void {
    this.#lastAt = this.#now();
    const seconds = (this.#lastAt - this.#startedAt) / 1000;
    // an image that cannot be read costs no time, and says nothing about the others
    const done = this.imagesWorth - this.#failures;
    if (done <= 0 || seconds <= 0) return;
    this.#rateThen = (60 * done) / seconds;
    this.#leftThen = (seconds / done) * (this.#total - this.imagesWorth);
  }
}
