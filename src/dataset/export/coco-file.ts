import { CocoFileWriter, type CocoPart, cocoPartOf } from '../../formats/coco/write.js';
import type { ExportedImage, MaskStyle } from '../../formats/exported-image.js';
import { separatedTexts } from '../../storage/lines.js';
import type { Storage } from '../../storage/storage.js';

/** Images without their masks, until the list of images is written; removed afterwards. */
const IMAGES_FILE = '.sam-cli-images.ndjson';

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
  let isFirst = true;
  const parts = () => {
    const read = isFirst ? partsOf(results, style, storage) : keptParts(storage);
    isFirst = false;
    return read;
  };
  try {
    yield* writer.text(parts);
  } finally {
    await storage.remove(IMAGES_FILE);
  }
}

async function* partsOf(
  results: AsyncIterable<ExportedImage>,
  style: MaskStyle,
  storage: Storage,
): AsyncGenerator<CocoPart> {
  const kept = await storage.append(IMAGES_FILE, 0);
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

async function* keptParts(storage: Storage): AsyncGenerator<CocoPart> {
  for await (const texts of separatedTexts(storage.stream(IMAGES_FILE), '\n')) {
    for (const text of texts) if (text !== '') yield JSON.parse(text);
  }
}
