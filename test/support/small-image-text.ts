import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ImageTextEntry, ModelFile } from '../../src/model/catalogue/entry.js';
import { HUB_IMAGE_TEXT_MODELS } from '../../src/model/catalogue/hub-image-text-models.js';
import { sumOfFile } from '../../src/storage/sum-of-file.js';
import { fixtureUrl, readJsonFixture } from './fixture.js';

/** Families of fixtures/image-text, and the models of the catalogue whose exports they are like. */
export const SMALL_IMAGE_TEXT = { clip: 'clip-vit-b-32', siglip: 'siglip-base-16-224' } as const;

/** One of {@link SMALL_IMAGE_TEXT}. */
export type SmallFamily = keyof typeof SMALL_IMAGE_TEXT;

/** What PyTorch says of a family (fixtures/scripts/small_image_text.py). */
export interface ImageTextGolden {
  readonly sentences: readonly string[];
  readonly token_ids: readonly (readonly number[])[];
  readonly text_embeds: readonly (readonly number[])[];
  /** Of coffee.png, and of its part of 100 x 333 pixels from the top left. */
  readonly whole_image_embeds: readonly (readonly number[])[];
  readonly templates: readonly string[];
  /** The last is the background. */
  readonly labels: readonly { readonly name: string; readonly phrases: readonly string[] }[];
  readonly size: readonly [height: number, width: number];
  /** Uncompressed RLE, of coffee.png. */
  readonly masks: readonly (readonly number[])[];
  readonly views: Readonly<
    Record<
      'blur' | 'dim' | 'keep',
      {
        readonly image_embeds: readonly (readonly number[])[];
        readonly logits: readonly (readonly number[])[];
        readonly scores: readonly (readonly number[])[];
        readonly labels: readonly (string | null)[];
      }
    >
  >;
}

/** The golden of a family. */
export function imageTextGolden(family: SmallFamily): ImageTextGolden {
  return readJsonFixture<Record<SmallFamily, ImageTextGolden>>('image-text/golden.json')[family];
}

/**
 * The small model of a family as an entry of one's own, called `small-clip` or `small-siglip`: all but its files is as the catalogue says of the
 * real one.
 *
 * @param folder - Where CLIP's tokenizer is unpacked to.
 */
export async function smallImageTextEntry(folder: string, family: SmallFamily): Promise<ImageTextEntry> {
  const pathOf = (name: string) => fileURLToPath(fixtureUrl(`image-text/${family}_${name}`));
  let tokenizer = pathOf('tokenizer.json');
  if (family === 'clip') {
    const packed = await readFile(`${tokenizer}.gz`);
    tokenizer = join(folder, 'clip_tokenizer.json');
    await writeFile(tokenizer, gunzipSync(packed));
  }
  const fileOf = async (path: string): Promise<ModelFile> => ({ path, ...(await sumOfFile(path)) });
  const known = HUB_IMAGE_TEXT_MODELS.find(({ name }) => name === SMALL_IMAGE_TEXT[family]);
  if (!known) throw new Error(`Expected ${SMALL_IMAGE_TEXT[family]} in the catalogue`);
  const { source: _, ...data } = known;
  return {
    ...data,
    name: `small-${family}`,
    files: {
      vision: await fileOf(pathOf('vision.onnx')),
      text: await fileOf(pathOf('text.onnx')),
      tokenizer: await fileOf(tokenizer),
      tokenizerConfig: await fileOf(pathOf('tokenizer_config.json')),
    },
  };
}
