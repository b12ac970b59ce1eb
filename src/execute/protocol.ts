/**
 * What a {@link ThreadExecutor} and its worker threads say to each other.
 *
 * @module
 */

import type { MessagePort } from 'node:worker_threads';
import type { ErrorAsData } from '../errors.js';
import type { StopCell } from '../model/runtime/native-calls.js';
import type { CropOffer, FoundByBatch } from './crop-offer.js';
import type { ExecutorInfo, ImageAnswer, ImageTask } from './executor.js';
import type { Job } from './job.js';

/** What a worker is told once, when it starts. */
export interface WorkerSetup {
  readonly job: Job;
  /** Threads that one run of the model may use. */
  readonly threads: number;
  /** Threads that the image encoder may use. */
  readonly encoderThreads: number;
  /** Whether there are other workers that may help with an image. */
  readonly sharesImages: boolean;
}

/** What every request brings. */
interface Stoppable {
  /** By which the worker is asked to stop. */
  readonly stop: StopCell;
}

/** One image for a worker. */
export interface AnswerRequest extends ImageTask {
  readonly kind: 'answer';
  /** Chosen by the caller; progress messages carry it. */
  readonly id: number;
}

/** Asks a worker to load the model but for its encoder, so that a wrong one is known before the first image. */
export interface ReadyRequest {
  readonly kind: 'ready';
  /** What will be asked then: helpers load nothing that only whole images need. */
  readonly toCome: 'images' | 'help';
}

/** Asks a worker to answer points of an image that another one works on. */
export interface HelpRequest {
  readonly kind: 'help';
  readonly offer: CropOffer;
}

/** What a worker may be asked for. */
export type Asked = AnswerRequest | ReadyRequest | HelpRequest;

/** A request as a worker receives it. */
export type WorkerRequest = Asked & Stoppable;

/** What a request is answered with beside how the model runs. */
export type MadeFor<Request extends Asked> = Request extends AnswerRequest
  ? ImageAnswer
  : Request extends HelpRequest
    ? FoundByBatch
    : undefined;

/** A worker's answer. */
export type WorkerAnswer<Made = ImageAnswer | FoundByBatch | undefined> =
  | {
      readonly ok: true;
      /** How the model of this worker runs. */
      readonly loaded: Required<ExecutorInfo>;
      readonly made: Made;
    }
  | { readonly ok: false; readonly error: ErrorAsData };

/** What a worker says while it is busy. */
export interface WorkerProgress {
  readonly kind: 'progress';
  readonly id: number;
  /** Points answered so far. */
  readonly done: number;
  /** Points of the whole image. */
  readonly total: number;
}

/** A crop of an image that is begun; images without crops have none of these. */
export interface WorkerCrop {
  readonly kind: 'crop';
  readonly id: number;
  /** 1 the first. */
  readonly crop: number;
  readonly crops: number;
}

/** Something that a user should know once; nothing failed. */
export interface WorkerNotice {
  readonly kind: 'notice';
  readonly message: string;
}

/** A crop that a worker offers to the others. */
export interface WorkerOffer {
  readonly kind: 'offer';
  readonly offer: CropOffer;
  /** Where the worker says that all batches are taken, and hears what the others found. */
  readonly port: MessagePort;
}

export type WorkerMessage = WorkerProgress | WorkerCrop | WorkerNotice | WorkerOffer;
