import { CocoFileWriter, type CocoImageEntry, cocoImageEntryOf } from '../../formats/coco/write.js';
import type { ExportedImage, MaskStyle } from '../../formats/exported-image.js';
import { separatedTexts } from '../../storage/lines.js';
import { UnnamedFile } from '../../storage/unnamed-file.js';

/**
 * The text of a COCO file. Its two lists, annotations and images, take one reading of the results: what the second list needs is kept in
 * a file meanwhile.
 *
 * @throws SamError `unwritable-output` when there is no room for that file.
 */
export async function* cocoFileText(results: AsyncIterable<ExportedImage>, style: MaskStyle): AsyncGenerator<string> {
  const writer = new CocoFileWriter({ categories: style.categories ?? [], imageIdOf: async () => undefined });
  const kept = await UnnamedFile.open();
  let isFirst = true;
  const parts = () => {
    const read = isFirst ? partsOf(results, style, kept) : keptParts(kept);
    isFirst = false;
    return read;
  };
  try {
    yield* writer.text(parts);
  } finally {
    await kept.close();
  }
}

async function* partsOf(
  results: AsyncIterable<ExportedImage>,
  style: MaskStyle,
  kept: UnnamedFile,
): AsyncGenerator<CocoImageEntry> {
  for await (const { result } of results) {
    const part = cocoImageEntryOf(result, style);
    const file_name = `${style.imagePrefix ?? ''}${part.file_name}`;
    await kept.append(Buffer.from(`${JSON.stringify({ ...part, file_name, masks: [] })}\n`));
    yield { ...part, file_name };
  }
}

async function* keptParts(kept: UnnamedFile): AsyncGenerator<CocoImageEntry> {
  for await (const texts of separatedTexts(kept.chunks(), '\n')) {
    for (const text of texts) if (text !== '') yield JSON.parse(text);
  }
}
