import type { ImageTextModel, Vectors } from '../../sam/image-text-model.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import { groupsOf } from '../../storage/groups.js';
import { userCacheDir } from '../../storage/user-cache.js';
import type { ImageTextEntry, ModelFile } from '../catalogue/entry.js';
import { verifiedPathOf } from '../catalogue/verified-file.js';
import {
  ATTENTION_MASK,
  checkTensors,
  type ImageTextContract,
  imageTextContractNamed,
} from '../contracts/image-text.js';
import type { Provider } from '../runtime/device.js';
import { type Feeds, feedsOf, Session } from '../runtime/session.js';
import { loadTokenizer } from './tokenizer.js';
import { writeViewPixels } from './view-pixels.js';

/** Images that go through the model together, at most: more gain nothing on a cpu and take memory. */
const IMAGES_PER_RUN = 16;

/** Texts that go through the model together, at most. */
const TEXTS_PER_RUN = 32;

/** Where an image-text model runs. */
export interface ImageTextOptions {
  /** Threads that one run may use; 0 for all cores. */
  readonly threads: number;
  /** Of images; texts, which are few, run on the cpu. @default 'cpu' */
  readonly provider?: Provider;
}

/** A loaded {@link ImageTextModel}. It holds native memory until released. */
export interface LoadedImageTextModel extends ImageTextModel {
  release(): Promise<void>;
}

/**
 * Loads an image-text model, each of its two graphs when it is first asked: whoever has the vectors of an image's masks, or of texts, needs only
 * the other one. The graph of texts is released after each question, since it is asked once a run.
 *
 * @throws SamError `bad-model`, when a graph is asked, for a file that is missing, damaged or of other tensors.
 */
export function loadImageTextModel(entry: ImageTextEntry, options: ImageTextOptions): LoadedImageTextModel {
  const { threads, provider = 'cpu' } = options;
  const contract = imageTextContractNamed(entry.contract);
  let vision: Promise<Session> | undefined;
  return {
    similarity: entry.similarity,
    async embedImages(images) {
      vision ??= openGraph(entry.files.vision, contract.vision, threads, provider);
      return imageVectors(await vision, images, entry, contract);
    },
    async embedTexts(texts) {
      const session = await openGraph(entry.files.text, contract.text, threads, 'cpu');
      try {
        return await textVectors(session, texts, entry, contract);
      } finally {
        await session.release();
      }
    },
    async release() {
      // one that could not be loaded has nothing to release
      await (await vision?.catch(() => undefined))?.release();
    },
  };
}

async function openGraph(file: ModelFile, tensors: ImageTextContract['vision'], threads: number, provider: Provider) {
  const path = await verifiedPathOf(file, userCacheDir());
  const session = await Session.open(path, 'exported', threads, provider);
  try {
    const inputs = session.inputs.map(({ name }) => name);
    checkTensors(path, tensors, { inputs, outputs: session.outputNames });
    return session;
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function imageVectors(
  session: Session,
  images: Iterable<RgbImage>,
  { view }: ImageTextEntry,
  { vision }: ImageTextContract,
): Promise<Vectors> {
  const { side } = view;
  const length = 3 * side * side;
  return inRuns(images, IMAGES_PER_RUN, async (some) => {
    const data = new Float32Array(some.length * length);
    for (const [i, image] of some.entries()) {
      writeViewPixels(image, view, data.subarray(i * length, (i + 1) * length));
    }
    const dims = [some.length, 3, side, side];
    const outputs = await session.run(feedsOf({ [vision.input]: { type: 'float32', dims, data } }));
    return outputs[vision.output];
  });
}

async function textVectors(
  session: Session,
  texts: readonly string[],
  { files, tokens }: ImageTextEntry,
  { text }: ImageTextContract,
): Promise<Vectors> {
  const cache = userCacheDir();
  const [tokenizerPath, configPath] = [
    await verifiedPathOf(files.tokenizer, cache),
    await verifiedPathOf(files.tokenizerConfig, cache),
  ];
  const tokenize = await loadTokenizer(tokenizerPath, configPath, tokens);
  const takesMask = session.inputs.some(({ name }) => name === ATTENTION_MASK);
  return inRuns(texts, TEXTS_PER_RUN, async (some) => {
    const { ids, mask } = tokenize(some);
    const dims = [some.length, tokens];
    const outputs = await session.run(
      feedsOf({
        [text.input]: { type: 'int64', dims, data: ids },
        ...(takesMask && { [ATTENTION_MASK]: { type: 'int64', dims, data: mask } }),
      }),
    );
    return outputs[text.output];
  });
}

/** Vectors of many items, some at a time, each made as long as 1. */
async function inRuns<Item>(
  items: Iterable<Item>,
  most: number,
  run: (some: readonly Item[]) => Promise<Feeds[string]>,
): Promise<Vectors> {
  let width = 0;
  const rows: Float32Array[] = [];
  for (const some of groupsOf(items, most)) {
    const { data, dims } = await run(some);
    width = dims[1];
    const values = data as Float32Array;
    for (let at = 0; at < values.length; at += width) rows.push(ofLengthOne(values.subarray(at, at + width)));
  }
  const all = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) all.set(row, i * width);
  return { count: rows.length, width, data: all };
}

function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
