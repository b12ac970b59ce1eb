/*
 * `node measure-one.js encoder.onnx decoder.onnx`: loads a model, encodes one photograph twice and asks it a few points; prints what each step
 * took as one line of JSON. A process of its own, because peak memory belongs to a process.
 */
import { fileURLToPath } from 'node:url';
import { decodeImage } from '../../src/image/decode-image.js';
import { ownModelEntry } from '../../src/model/catalogue/own-model.js';
import { loadModel } from '../../src/model/runtime/load-model.js';
import type { PromptBatch } from '../../src/sam/segmentation-model.js';
import { fixtureUrl } from '../../test/support/fixture.js';

/**
 * Seconds of wall clock, and of processor time of all threads. What the program computes (`user`) is much the same on a busy machine; what the
 * operating system takes to hand out memory (`system`) is not.
 */
export interface Seconds {
  readonly wall: number;
  readonly user: number;
  readonly system: number;
}

/** What one process took for a model. */
export interface Measured {
  /** Recognise both files and find their sums. */
  readonly recognise: Seconds;
  /** Check the sums, make the sessions; the first time, compile the decoder and compare it with the export. */
  readonly load: Seconds;
  /** The first image of a process, whose memory is new. */
  readonly encode: Seconds;
  readonly encodeAgain: Seconds;
  /** A point, the first one not counted. */
  readonly point: Seconds;
  readonly decoderForm: string;
  /** Megabytes that the process had at most: after loading, and at the end. */
  readonly loadedMegabytes: number;
  readonly peakMegabytes: number;
  /** Whether masks and predicted IoUs are numbers. */
  readonly isFinite: boolean;
}

const POINTS = 16;

async function timed<T>(make: () => Promise<T>): Promise<[T, Seconds]> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  const made = await make();
  const { user, system } = process.cpuUsage(before);
  return [made, { wall: (performance.now() - startedAt) / 1000, user: user / 1e6, system: system / 1e6 }];
}

const peakMegabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

function pointsAcross(width: number, height: number, count: number): PromptBatch {
  const coords = Float32Array.from({ length: 2 * count }, (_, i) => {
    const along = (Math.floor(i / 2) + 0.5) / count;
    return i % 2 === 0 ? along * width : (1 - along) * height;
  });
  return { count, pointsPerPrompt: 1, coords, labels: new Float32Array(count).fill(1) };
}

const [encoder, decoder] = process.argv.slice(2);
const image = await decodeImage(fileURLToPath(fixtureUrl('images/coffee.png')));
const [entry, recognise] = await timed(() => ownModelEntry(encoder, decoder));
const [model, load] = await timed(() => loadModel(entry));
const loadedMegabytes = peakMegabytes();
const [, encode] = await timed(() => model.encode(image));
const [encoded, encodeAgain] = await timed(() => model.encode(image));
await encoded.decode(pointsAcross(image.width, image.height, 1));
const [decoded, points] = await timed(() => encoded.decode(pointsAcross(image.width, image.height, POINTS)));
const measured: Measured = {
  recognise,
  load,
  encode,
  encodeAgain,
  point: { wall: points.wall / POINTS, user: points.user / POINTS, system: points.system / POINTS },
  decoderForm: model.decoderForm,
  loadedMegabytes,
  peakMegabytes: peakMegabytes(),
  isFinite: decoded.iouPredictions.every(Number.isFinite) && decoded.logits.every(Number.isFinite),
};
await model.release();
process.stdout.write(`${JSON.stringify(measured)}\n`);
