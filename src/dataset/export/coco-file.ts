import { randomBytes } from 'node:crypto';
import { CocoFileWriter, type CocoPart, cocoPartOf } from '../../formats/coco/write.js';
import type { ExportedImage, MaskStyle } from '../../formats/exported-image.js';
import { separatedTexts } from '../../storage/lines.js';
import type { Storage } from '../../storage/storage.js';

/** A file for images without their masks until the list of images is written; several exports may go to one folder. */
function imagesFileName(): string {
  return `.sam-cli-images-${randomBytes(6).toString('hex')}.ndjson`;
}

/**
 * The text of a COCO file. Its two lists, annotations and images, take one reading of the results: what the second list needs is kept in
 * a file meanwhile.
 */
export async function* cocoFileText(
  results: AsyncIterable<ExportedImage>,
  style: MaskStyle,
  storage: Storage,
): AsyncGenerator<string> {
  const writer = new CocoFileWriter({ categories: [], imageIdOf: async () => undefined });
  const imagesFile = imagesFileName();
  let isFirst = true;
  const parts = () => {
    const read = isFirst ? partsOf(results, style, storage, imagesFile) : keptParts(storage, imagesFile);
    isFirst = false;
    return read;
  };
  try {
    yield* writer.text(parts);
  } finally {
    await storage.remove(imagesFile);
  }
}

async function* partsOf(
  results: AsyncIterable<ExportedImage>,
  style: MaskStyle,
  storage: Storage,
  imagesFile: string,
): AsyncGenerator<CocoPart> {
  const kept = await storage.append(imagesFile, 0);
  try {
    for await (const { result } of results) {
      const part = cocoPartOf(result, style);
      const file_name = `${style.imagePrefix ?? ''}${part.file_name}`;
      await kept.append(`${JSON.stringify({ ...part, file_name, masks: [] })}\n`);
      yield { ...part, file_name };
    }
  } finally {
    await kept.close();
  }
}

async function* keptParts(storage: Storage, imagesFile: string): AsyncGenerator<CocoPart> {
  for await (const texts of separatedTexts(storage.stream(imagesFile), '\n')) {
    for (const text of texts) if (text !== '') yield JSON.parse(text);
  }
}
