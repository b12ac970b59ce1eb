import type { GeneratorSettings } from '../../amg/settings.js';
import type { Embedding } from '../../sam/embedding.js';
import type { RgbImage } from '../../sam/rgb-image.js';
import type { EncodedImage, SegmentationModel } from '../../sam/segmentation-model.js';
import { userCacheDir } from '../../storage/user-cache.js';
import { catalogueEntryNamed, DEFAULT_MODEL } from '../catalogue/catalogue.js';
import type { ModelReference } from '../catalogue/entry.js';
import { embeddingSumOf, sumOf } from '../catalogue/model-sum.js';
import { verifiedBytesOf, verifiedPathOf } from '../catalogue/verified-file.js';
import { loadContract } from '../contracts/load-contract.js';
import { type DecoderForm, placedImage } from './decoder.js';
import type { Device, Provider } from './device.js';
import { EmbeddingCache, type EmbeddingCacheOptions } from './embedding-cache.js';
import { type ImageEncoder, loadImageEncoder } from './image-encoder.js';
import { type DecoderNotice, loadDecoder } from './load-decoder.js';
import { pointFeatures } from './point-features.js';

/** A {@link SegmentationModel} on onnxruntime. It holds threads and native memory until released. */
export interface SamModel extends SegmentationModel {
  /** Its name in the catalogue. */
  readonly name: string;
  /** What fits it better than the reference's defaults; the presets `default`, `dense` and `fast` use them. */
  readonly calibratedSettings: Partial<GeneratorSettings>;
  /** Whether its decoder was compiled; masks of the two forms may differ in a pixel. */
  readonly decoderForm: DecoderForm;
  /** Where its encoder runs; masks of two devices may differ in a pixel. */
  readonly encodesOn: Provider;
  /** Where its decoder runs; with `auto`, perhaps elsewhere than its encoder. */
  readonly decodesOn: Provider;
  /** An image whose embedding was made before, perhaps in another thread. */
  withEmbedding(embedding: Embedding, width: number, height: number): Promise<EncodedImage>;
  release(): Promise<void>;
}

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /** Threads that one run may use. @default all cores */
  readonly threads?: number;
  /** Threads that the image encoder may use. @default threads */
  readonly encoderThreads?: number;
  /** Whether the image encoder is only checked now, and loaded when it is first needed. @default false */
  readonly loadsEncoderLate?: boolean;
  /** Where encoder and decoder run. @default 'cpu' */
  readonly device?: Device;
  /** Where image embeddings are kept, so that an image is encoded once. @default nowhere */
  readonly embeddings?: EmbeddingCacheOptions;
  /** Told what a user should know, such as a decoder that runs as exported, in a sentence. */
  readonly onNotice?: (message: string) => void;
}

function noticeInWords({ kind, reason }: DecoderNotice): string {
  return kind === 'not-kept' ? reason : `The decoder runs as exported, which is several times slower: ${reason}`;
}

/**
 * Loads a model of the catalogue, after checking its files against their sha256.
 *
 * Images encoded before can still be asked; what is asked at the same time is answered in turn.
 *
 * @param name - A name of the catalogue, or an entry of one's own.
 * @throws SamError `bad-usage` for an unknown name, `bad-model` for a missing or damaged file.
 */
export async function loadModel(
  name: ModelReference = DEFAULT_MODEL,
  options: LoadModelOptions = {},
): Promise<SamModel> {
  const entry = catalogueEntryNamed(name);
  const { geometry, calibratedSettings } = entry;
  const contract = await loadContract(entry.contract);
  // 0 lets onnxruntime take all cores
  const { threads = 0, encoderThreads = threads, device = 'cpu' } = options;
  const notify = (message: string) => options.onNotice?.(message);
  const cacheDir = userCacheDir();
  let encoder: Promise<ImageEncoder> | undefined;
  const loadedEncoder = () => {
    encoder ??= verifiedPathOf(entry.encoder, cacheDir).then((path) =>
      loadImageEncoder(path, contract.encoder, geometry, { threads: encoderThreads, device, onNotice: notify }),
    );
    // the next image tries again
    encoder.catch(() => {
      encoder = undefined;
    });
    return encoder;
  };
  // one that could not be loaded has nothing to release
  const releaseEncoder = async () => (await encoder?.catch(() => undefined))?.release();
  // whether another device works is found out now, and not by each image
  if (options.loadsEncoderLate && device === 'cpu') await verifiedPathOf(entry.encoder, cacheDir);
  else await loadedEncoder();
  const encodesOn = encoder ? (await encoder).provider : 'cpu';
  const decoder = await verifiedBytesOf(entry.decoder, cacheDir)
    .then((bytes) =>
      loadDecoder(bytes, contract.decoder, geometry, {
        threads,
        // where `auto` ended at the cpu for the encoder, it does for the decoder
        device: encodesOn === 'cpu' ? 'cpu' : device,
        sha256: sumOf(entry.decoder),
        onNotice: (notice) => notify(noticeInWords(notice)),
      }),
    )
    .catch(async (error: unknown) => {
      await releaseEncoder();
      throw error;
    });
  const { embeddings } = options;
  const { tensorNames } = contract.encoder;
  const cache =
    embeddings && new EmbeddingCache(embeddings, { sha256: embeddingSumOf(entry), tensorNames, onNotice: notify });

  function embeddingOf(image: RgbImage): Promise<Embedding> {
    const encode = async () => (await loadedEncoder()).embeddingOf(image);
    return cache ? cache.embeddingOf(image, encode) : encode();
  }

  async function withEmbedding(embedding: Embedding, width: number, height: number): Promise<EncodedImage> {
    const placed = placedImage(geometry, width, height);
    const imageDecoder = await decoder.forImage(embedding, placed);
    return {
      embedding,
      width,
      height,
      decode: (batch, decodeOptions) => imageDecoder.decode(batch, decodeOptions),
      featuresAt: (pointsXy) => pointFeatures(embedding, geometry, placed, pointsXy),
    };
  }

  return {
    name: entry.name,
    geometry,
    calibratedSettings,
    decoderForm: decoder.form,
    encodesOn,
    decodesOn: decoder.provider,
    encode: async (image) => withEmbedding(await embeddingOf(image), image.width, image.height),
    withEmbedding,
    async release() {
      await releaseEncoder();
      await decoder.release();
    },
  };
}
