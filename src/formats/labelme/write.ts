import type { FoundMask } from '../../sam/found-mask.js';
import {
  categoryNameOf,
  type ExportedFile,
  type ExportedImage,
  type MaskStyle,
  pairsOf,
  piecesOf,
} from '../exported-image.js';

/** Version of LabelMe whose files these are. */
const VERSION = '5.5.0';

/** A LabelMe file for each image: `<name>.json`. Pieces of one mask have one `group_id`. */
export async function* labelMeFiles(
  images: AsyncIterable<ExportedImage>,
  style: MaskStyle,
): AsyncGenerator<ExportedFile> {
  for await (const { name, result } of images) {
    const file = {
      version: VERSION,
      flags: {},
      shapes: result.masks.flatMap((mask, i) => shapesOf(mask, i + 1, style)),
      imagePath: `${style.imagePrefix ?? ''}${result.fileName}`,
      imageData: null,
      imageHeight: result.height,
      imageWidth: result.width,
    };
    yield [`${name}.json`, `${JSON.stringify(file, null, 1)}\n`];
  }
}

function shapesOf(mask: FoundMask, number: number, style: MaskStyle) {
  const pieces = piecesOf(mask, style);
  return pieces.map((ring) => ({
    label: categoryNameOf(mask),
    points: pairsOf(ring),
    group_id: pieces.length > 1 ? number : null,
    description: `predicted_iou ${mask.predictedIou}, stability_score ${mask.stabilityScore}`,
    shape_type: 'polygon',
    flags: {},
    mask: null,
  }));
}
